package dev.sluice.bench.search;

import dev.sluice.search.study.AlgorithmChoice;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.GZIPOutputStream;

/** Runs one of our searchers and writes what came of it into the file of its name. */
final class Runner {
    private static final String VERSION = "0.1.0-SNAPSHOT";

    private Runner() {}

    /** See run.sh. One thread; an earlier file of the name is replaced once all runs are done. */
    public static void main(String[] arguments) throws IOException {
        var known = new LinkedHashMap<String, String>();
        known.put("tables", "tables");
        known.put("results", "results");
        known.put("search", "auto");
        known.put("options", "");
        known.put("pruning", "none");
        known.put("pruning-options", "");
        known.put("name", "");
        known.put("problems", "all");
        known.put("seeds", "0-9");
        known.put("trials", "200");
        known.put("trainings", "0");
        known.put("workers", "1");
        var given = Arguments.read(arguments, known);
        var search = new AlgorithmChoice(given.text("search"), Arguments.options(given.text("options")));
        var pruningOptions = Arguments.options(given.text("pruning-options"));
        int workers = given.number("workers");
        int trainings = given.number("trainings");
        var name = given.text("name").isEmpty() ? name(search, given.text("pruning")) : given.text("name");
        var file = Path.of(given.text("results"))
                .resolve(workers == 1 ? name + ".csv.gz" : name + "-w" + workers + ".csv.gz");
        var part = Path.of(file + ".part");
        var problems = Arguments.choose(Problems.read(Path.of(given.text("tables"))), given.text("problems"));
        Files.createDirectories(file.toAbsolutePath().getParent());
        try (var out =
                new OutputStreamWriter(new GZIPOutputStream(Files.newOutputStream(part)), StandardCharsets.UTF_8)) {
            out.write(Row.HEADER + "\n");
            for (int seed : given.range("seeds")) {
                for (Problem problem : problems) {
                    var pruning = new AlgorithmChoice(given.text("pruning"), at(problem, pruningOptions));
                    var searcher = new Run.Searcher(name, VERSION, search, pruning);
                    var rows = Run.of(
                            searcher,
                            problem,
                            seed,
                            trainings > 0 ? 1_000_000 : given.number("trials"),
                            trainings,
                            workers);
                    for (Row row : rows) {
                        out.write(row.line() + "\n");
                    }
                }
            }
        }
        Files.move(part, file, StandardCopyOption.REPLACE_EXISTING);
        System.err.println(file);
    }

    private static String name(AlgorithmChoice search, String pruning) {
        return "sluice-" + search.algorithm() + (pruning.equals("none") ? "" : "-" + pruning);
    }

    /** The text {@code epochs} stands for the number of the problem's epochs, {@code epochs/9} for that part of it. */
    private static Map<String, Object> at(Problem problem, Map<String, Object> options) {
        var filled = new LinkedHashMap<>(options);
        filled.replaceAll((name, value) -> {
            if (value instanceof String text && text.startsWith("epochs")) {
                double share = text.equals("epochs") ? 1 : Double.parseDouble(text.substring("epochs/".length()));
                return Math.max(1, Math.round(problem.epochs() / share));
            }
            return value;
        });
        return filled;
    }
}
