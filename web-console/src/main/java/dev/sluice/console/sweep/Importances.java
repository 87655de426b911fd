package dev.sluice.console.sweep;

import dev.sluice.console.problem.Problem;
import dev.sluice.console.problem.ProblemException;
import dev.sluice.console.specification.SweepSpecification;
import dev.sluice.console.study.SweepSnapshot;
import dev.sluice.search.trial.Objective;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * What was reckoned of the importance of parameters: of wide sweeps it takes seconds, and every page that is open asks for it. The last
 * {@value #KEPT} answers are kept; whoever asks what is being reckoned waits for it. Thread-safe.
 */
@ApplicationScoped
class Importances {
    static final int KEPT = 64;

    private final Map<Question, CompletableFuture<ImportanceView>> answers = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Question, CompletableFuture<ImportanceView>> eldest) {
            return size() > KEPT;
        }
    };

    /**
     * All that an answer depends on. A sweep file never changes, nor do trials that are complete, so that their number says which they
     * are: reports of trials that run leave the answer as it is.
     *
     * @param complete how many trials that ran here are complete
     * @param imported how many were taken over
     */
    record Question(UUID sweep, int complete, int imported, String metric, String method) {
        /**
         * Of a sweep as it stands.
         *
         * @param metric an objective's; empty: the first one's
         * @param method empty: PED-ANOVA
         * @throws ProblemException if there is no such objective or method
         */
        static Question of(
                SweepSnapshot sweep,
                SweepSpecification specification,
                Optional<String> metric,
                Optional<String> method) {
            var metrics =
                    specification.objectives().stream().map(Objective::metric).toList();
            metric.filter(wanted -> !metrics.contains(wanted)).ifPresent(wanted -> {
                throw new Problem.Malformed(
                                "The query parameter `metric` must be an objective of the sweep (%s), was \"%s\"."
                                        .formatted(metrics.stream().collect(Collectors.joining(", ")), wanted))
                        .exception();
            });
            method.filter(wanted -> !ImportanceView.METHODS.contains(wanted)).ifPresent(wanted -> {
                throw new Problem.Malformed("The query parameter `method` must be %s, was \"%s\"."
                                .formatted(String.join(" or ", ImportanceView.METHODS), wanted))
                        .exception();
            });
            return new Question(
                    sweep.id(),
                    sweep.counts().complete(),
                    sweep.counts().imported(),
                    metric.orElse(metrics.getFirst()),
                    method.orElse(ImportanceView.PED_ANOVA));
        }
    }

    /**
     * The answer, from the one who asked first.
     *
     * @param reckoning is called if nobody asked before; if it fails all fail who wait for it, and the next one tries again
     */
    ImportanceView of(Question question, Supplier<ImportanceView> reckoning) {
        var own = new CompletableFuture<ImportanceView>();
        CompletableFuture<ImportanceView> first;
        synchronized (answers) {
            first = answers.putIfAbsent(question, own);
        }
        if (first != null) {
            return awaited(first);
        }
        try {
            own.complete(reckoning.get());
        } catch (RuntimeException | Error e) {
            synchronized (answers) {
                answers.remove(question, own);
            }
            own.completeExceptionally(e);
            throw e;
        }
        return own.join();
    }

    private static ImportanceView awaited(CompletableFuture<ImportanceView> answer) {
        try {
            return answer.join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof ProblemException problem) {
                throw problem;
            }
            throw e;
        }
    }
}
