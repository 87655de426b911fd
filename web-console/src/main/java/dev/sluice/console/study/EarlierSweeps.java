package dev.sluice.console.study;

import dev.sluice.console.problem.Problem;
import dev.sluice.console.specification.SweepSpecification;
import dev.sluice.console.specification.WarmStartSection;
import dev.sluice.search.space.ParameterValues;
import dev.sluice.search.study.EarlierStudy;
import dev.sluice.search.study.WarmStart;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;

/** Finds the sweeps that a new one shall begin with, and what they know that holds for it. Thread-safe. */
@ApplicationScoped
public class EarlierSweeps {
    private final Archive archive;

    EarlierSweeps(Archive archive) {
        this.archive = archive;
    }

    /**
     * The same sweep file with ids in place of what the user calls the earlier sweeps: a name would soon mean another one.
     *
     * @throws dev.sluice.console.problem.ProblemException {@link Problem.Invalid} where there is no such sweep
     */
    public SweepSpecification resolved(SweepSpecification specification) {
        if (specification.warmStart().isEmpty()) {
            return specification;
        }
        var section = specification.warmStart().get();
        var faults = new ArrayList<Problem.Fault>();
        var ids = new ArrayList<String>();
        for (int i = 0; i < section.from().size(); i++) {
            var reference = section.from().get(i);
            var found = find(reference);
            if (found.size() == 1 && !ids.contains(found.getFirst().id().toString())) {
                ids.add(found.getFirst().id().toString());
            } else {
                faults.add(new Problem.Fault(
                        pointer(i),
                        found.isEmpty()
                                ? "There is no sweep with the id, the beginning of an id or the name \"%s\"."
                                        .formatted(reference)
                                : found.size() == 1
                                        ? "\"%s\" is the sweep %s, which is there already."
                                                .formatted(
                                                        reference,
                                                        found.getFirst().id())
                                        : "\"%s\" begins the ids of several sweeps; give more of it."
                                                .formatted(reference)));
            }
        }
        refuse(faults);
        return specification.withWarmStart(new WarmStartSection(ids, section.trials(), section.points()));
    }

    private List<SweepSnapshot> find(String reference) {
        if (reference.equals("latest")) {
            return archive.sweeps(Optional.empty(), "", Optional.empty(), 1);
        }
        var prefixed = archive.sweepsOfPrefix(reference);
        if (prefixed.size() == 1) {
            return prefixed;
        }
        var named = archive.newestOfName(reference);
        return named.isPresent() ? List.of(named.get()) : prefixed;
    }

    /**
     * What the sweeps of a resolved file know as they stand now.
     *
     * @throws dev.sluice.console.problem.ProblemException {@link Problem.Invalid} where one is gone, has other objectives, or has nothing
     *     in common with the new one
     */
    public Knowledge of(SweepSpecification specification) {
        if (specification.warmStart().isEmpty()) {
            return Knowledge.NONE;
        }
        var section = specification.warmStart().get();
        var sweeps = sweeps(section);
        var names = names(sweeps);
        var spec = LiveSweep.studySpec(specification);
        var faults = new ArrayList<Problem.Fault>();
        var warmStarts = new ArrayList<WarmStart>();
        var known = new ArrayList<List<WarmStart.Known>>();
        var leftOut = new ArrayList<List<String>>();
        boolean takesTrials = !section.trials().equals(OptionalInt.of(0));
        for (int i = 0; i < sweeps.size(); i++) {
            try {
                var warmStart = WarmStart.of(spec, study(names.get(i), sweeps.get(i)));
                warmStarts.add(warmStart);
                known.add(takesTrials ? warmStart.trials() : List.of());
                leftOut.add(new ArrayList<>(takesTrials ? warmStart.leftOut() : List.of()));
            } catch (IllegalArgumentException cannot) {
                faults.add(new Problem.Fault(pointer(i), String.valueOf(cannot.getMessage())));
            }
        }
        refuse(faults);
        var all = known.stream().flatMap(List::stream).toList();
        var taken = section.trials().isPresent()
                ? WarmStart.selected(
                        specification.goals(), all, section.trials().getAsInt())
                : all;
        var selected = new HashSet<>(taken); // the source tells equal ones apart
        Set<ParameterValues> seen =
                taken.stream().map(WarmStart.Known::values).collect(Collectors.toCollection(HashSet::new));
        seen.addAll(specification.enqueue());
        long room = specification.budget().trials().orElse(Integer.MAX_VALUE)
                - (long) specification.enqueue().size();
        var points = new ArrayList<ParameterValues>();
        var from = new ArrayList<EarlierSweep>();
        for (int i = 0; i < sweeps.size(); i++) {
            int trials = (int) known.get(i).stream().filter(selected::contains).count();
            int over = known.get(i).size() - trials;
            if (over > 0) {
                leftOut.get(i)
                        .add("%d %s: there are better ones, and no more than %d are asked for"
                                .formatted(
                                        over,
                                        over == 1 ? "trial" : "trials",
                                        section.trials().orElseThrow()));
            }
            int before = points.size();
            try {
                for (var point : best(warmStarts.get(i), section.points())) {
                    if (points.size() < room && seen.add(point.values())) {
                        points.add(point.values());
                    }
                }
            } catch (IllegalArgumentException otherDirection) {
                faults.add(new Problem.Fault(pointer(i), String.valueOf(otherDirection.getMessage())));
            }
            from.add(new EarlierSweep(
                    sweeps.get(i).id(), sweeps.get(i).name(), trials, points.size() - before, leftOut.get(i)));
        }
        refuse(faults);
        return new Knowledge(taken, points, from);
    }

    private static List<WarmStart.Point> best(WarmStart warmStart, int points) {
        return points == 0 ? List.of() : warmStart.points(points);
    }

    private List<SweepSnapshot> sweeps(WarmStartSection section) {
        var sweeps = new ArrayList<SweepSnapshot>();
        var faults = new ArrayList<Problem.Fault>();
        for (int i = 0; i < section.from().size(); i++) {
            var id = section.from().get(i);
            var sweep = archive.sweep(UUID.fromString(id));
            if (sweep.isPresent()) {
                sweeps.add(sweep.get());
            } else {
                faults.add(new Problem.Fault(pointer(i), "There is no sweep %s.".formatted(id)));
            }
        }
        refuse(faults);
        return sweeps;
    }

    /** Names, with the id where two are called the same. */
    private static List<String> names(List<SweepSnapshot> sweeps) {
        return sweeps.stream()
                .map(sweep -> sweeps.stream()
                                        .filter(other -> other.name().equals(sweep.name()))
                                        .count()
                                > 1
                        ? "%s (%s)".formatted(sweep.name(), sweep.id())
                        : sweep.name())
                .toList();
    }

    /** From its rows: they hold what its trials came to, and a replay of its events would take longer. */
    private EarlierStudy study(String name, SweepSnapshot sweep) {
        var goals = Specifications.of(sweep.specification()).goals();
        var results = archive.trials(sweep.id(), Optional.empty(), -1, Integer.MAX_VALUE).stream()
                .filter(trial -> trial.state().isFinal() && trial.importedFrom().isEmpty())
                .sorted(Comparator.comparing(
                                (TrialSnapshot trial) -> trial.endedAt().orElse(trial.queuedAt()))
                        .thenComparingInt(TrialSnapshot::number))
                .map(trial -> new EarlierStudy.Result(
                        trial.number(), ParameterValues.ofPlain(trial.params()), trial.state(), trial.values()))
                .toList();
        return new EarlierStudy(name, goals, results);
    }

    private static void refuse(List<Problem.Fault> faults) {
        if (!faults.isEmpty()) {
            throw new Problem.Invalid("The sweep cannot begin with what these sweeps know.", faults).exception();
        }
    }

    private static String pointer(int index) {
        return "/warmStart/from/" + index;
    }
}
