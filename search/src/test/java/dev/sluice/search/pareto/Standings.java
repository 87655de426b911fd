package dev.sluice.search.pareto;

import static org.quicktheories.generators.SourceDSL.integers;
import static org.quicktheories.generators.SourceDSL.lists;

import java.util.ArrayList;
import java.util.List;
import org.quicktheories.core.Gen;

/** Standings for properties: costs from few whole numbers, so that ties, twins and domination are frequent. */
final class Standings {
    private Standings() {}

    /** Rows of so many costs in [0, 8]. */
    static Gen<List<double[]>> rows(int objectives, int most) {
        return lists().of(lists().of(integers().between(0, 8)).ofSize(objectives))
                .ofSizeBetween(0, most)
                .map(rows -> rows.stream()
                        .map(row ->
                                row.stream().mapToDouble(Integer::doubleValue).toArray())
                        .toList());
    }

    /** Each third one breaks constraints, by 1 or 2. */
    static List<Standing> partlyBroken(List<double[]> rows) {
        var standings = new ArrayList<Standing>();
        for (int i = 0; i < rows.size(); i++) {
            standings.add(Standing.of(rows.get(i), i % 3 == 2 ? 1 + i % 2 : 0));
        }
        return standings;
    }

    static double[][] array(List<double[]> rows) {
        return rows.toArray(double[][]::new);
    }
}
