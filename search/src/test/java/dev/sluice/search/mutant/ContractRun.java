package dev.sluice.search.mutant;

import java.util.Collection;
import java.util.Set;
import java.util.TreeSet;
import org.junit.platform.engine.FilterResult;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.engine.support.descriptor.MethodSource;
import org.junit.platform.launcher.PostDiscoveryFilter;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/** Runs tests of a contract kit from within a test, to see what it says of something that is broken on purpose. */
public final class ContractRun {
    private ContractRun() {}

    /**
     * What came of it.
     *
     * @param run the tests that ran
     * @param failed those of them that failed, by name
     */
    public record Result(Set<String> run, Set<String> failed) {
        public Result {
            run = Set.copyOf(run);
            failed = Set.copyOf(failed);
        }
    }

    /** Runs the tests with these names, inherited ones too. */
    public static Result of(Class<?> kit, Collection<String> tests) {
        var request = LauncherDiscoveryRequestBuilder.request()
                .selectors(DiscoverySelectors.selectClass(kit))
                .filters((PostDiscoveryFilter) descriptor -> FilterResult.includedIf(descriptor
                        .getSource()
                        .map(source ->
                                !(source instanceof MethodSource method) || tests.contains(method.getMethodName()))
                        .orElse(true)))
                .build();
        var run = new TreeSet<String>();
        var failed = new TreeSet<String>();
        LauncherFactory.create().execute(request, new TestExecutionListener() {
            @Override
            public void executionFinished(TestIdentifier test, TestExecutionResult result) {
                test.getSource()
                        .filter(MethodSource.class::isInstance)
                        .map(source -> ((MethodSource) source).getMethodName())
                        .ifPresentOrElse(
                                name -> {
                                    run.add(name);
                                    if (result.getStatus() != TestExecutionResult.Status.SUCCESSFUL) {
                                        failed.add(name);
                                    }
                                },
                                () -> result.getThrowable().ifPresent(thrown -> {
                                    throw new IllegalStateException("%s did not run".formatted(kit), thrown);
                                }));
            }
        });
        return new Result(run, failed);
    }
}
