package dev.sluice;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaPackage;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.NullMarked;

/*
 * Modules and rooms, and the arrows between them. A room is a package. The table below names, for each room, the rooms
 * of ours that it may use; whatever is not there is an error. So a new room has to be put on the table, where everybody
 * sees what it is allowed.
 */

/** The arrows between modules and rooms, and what each of them may know of the world. */
@AnalyzeClasses(
        packages = {"dev.sluice.search", "dev.sluice.tracker", "dev.sluice.trainer", "dev.sluice.console"},
        importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
    private static final String ROOT = "dev.sluice.";

    private static final Map<String, List<String>> ROOMS = Map.ofEntries(
            // ---- search: uses nothing of ours
            room("search"),
            room("search.expression"),
            room("search.option"),
            room("search.space", "search.expression"),
            room("search.trial", "search.space"),
            room("search.pareto", "search.trial"),
            room("search.sampler", "search.expression", "search.space", "search.trial", "search.sampler.internal"),
            room("search.curve", "search.trial"),
            room("search.sampler.internal", "search.space", "search.trial", "search.curve"),
            room("search.sampler.tpe", "search.space", "search.trial", "search.sampler", "search.sampler.internal"),
            room(
                    "search.sampler.genetic",
                    "search.space",
                    "search.trial",
                    "search.pareto",
                    "search.sampler",
                    "search.sampler.internal"),
            room("search.sampler.cmaes", "search.space", "search.trial", "search.sampler", "search.sampler.internal"),
            room(
                    "search.sampler.auto",
                    "search.space",
                    "search.trial",
                    "search.sampler",
                    "search.sampler.tpe",
                    "search.sampler.gp",
                    "search.sampler.genetic",
                    "search.sampler.cmaes"),
            room("search.importance", "search.space", "search.trial", "search.sampler.internal"),
            room(
                    "search.sampler.gp",
                    "search.space",
                    "search.trial",
                    "search.pareto",
                    "search.curve",
                    "search.sampler",
                    "search.sampler.internal"),
            room("search.pruner", "search.trial", "search.curve"),
            room("search.terminator", "search.trial", "search.pareto", "search.sampler", "search.sampler.gp"),
            room(
                    "search.catalog",
                    "search.option",
                    "search.space",
                    "search.trial",
                    "search.sampler",
                    "search.sampler.auto",
                    "search.sampler.tpe",
                    "search.sampler.gp",
                    "search.sampler.genetic",
                    "search.sampler.cmaes",
                    "search.pruner"),
            room(
                    "search.study",
                    "search.space",
                    "search.trial",
                    "search.pareto",
                    "search.sampler",
                    "search.pruner",
                    "search.catalog"),
            room("search.simulate", "search.space", "search.trial", "search.pruner", "search.study"),
            // ---- tracker: uses nothing of ours
            room("tracker"),
            room("tracker.internal"),
            room("tracker.artifact", "tracker", "tracker.internal"),
            room("tracker.registry", "tracker", "tracker.artifact"),
            room("tracker.memory", "tracker", "tracker.artifact", "tracker.registry"),
            room("tracker.outbox", "tracker", "tracker.artifact"),
            room("tracker.mlflow", "tracker", "tracker.internal", "tracker.artifact", "tracker.registry"),
            room("tracker.client", "tracker", "tracker.artifact", "tracker.outbox", "tracker.mlflow"),
            // ---- trainer: uses the tracker's journal, and nothing else of the tracker
            room("trainer.protocol"),
            room("trainer.option"),
            room("trainer.json"),
            room("trainer.checkpoint", "trainer.json"),
            room("trainer.channel", "trainer.protocol", "trainer.json"),
            room(
                    "trainer.callback",
                    "trainer.protocol",
                    "trainer.checkpoint",
                    "trainer.json",
                    "trainer.option",
                    "tracker",
                    "tracker.outbox"),
            room("trainer.loop", "trainer.callback", "trainer.checkpoint", "trainer.protocol"),
            room("trainer.network", "trainer.checkpoint"),
            room("trainer.optimizer", "trainer.checkpoint", "trainer.network"),
            room("trainer.script", "trainer.checkpoint", "trainer.network"),
            room("trainer.data", "trainer.option", "trainer.protocol"),
            room("trainer.report", "trainer.json"),
            room(
                    "trainer.export",
                    "trainer.checkpoint",
                    "trainer.data",
                    "trainer.json",
                    "trainer.network",
                    "trainer.script"),
            room(
                    "trainer.task",
                    "trainer.data",
                    "trainer.network",
                    "trainer.optimizer",
                    "trainer.option",
                    "trainer.protocol"),
            room(
                    "trainer.djl",
                    "trainer.checkpoint",
                    "trainer.data",
                    "trainer.loop",
                    "trainer.network",
                    "trainer.optimizer",
                    "trainer.script",
                    "trainer.task"),
            room(
                    "trainer",
                    "trainer.protocol",
                    "trainer.option",
                    "trainer.json",
                    "trainer.checkpoint",
                    "trainer.channel",
                    "trainer.callback",
                    "trainer.data",
                    "trainer.loop",
                    "trainer.export",
                    "trainer.report",
                    "trainer.task",
                    "trainer.djl",
                    "trainer.network",
                    "tracker",
                    "tracker.outbox"),
            // ---- web-console: uses search, tracker and the trainer's protocol
            room("console"),
            room("console.problem"),
            room("console.folder"),
            room("console.process"),
            room("console.database", "console.folder", "console.problem"),
            room("console.machine"),
            room("console.launch", "console.machine", "console.process", "trainer.protocol"),
            room("console.mlflow", "console.process", "console.problem", "tracker.mlflow"),
            room("console.collect", "search.trial"),
            room(
                    "console.specification",
                    "search.space",
                    "search.trial",
                    "search.expression",
                    "search.option",
                    "search.sampler",
                    "search.catalog",
                    "trainer.protocol"),
            room(
                    "console.study",
                    "console.problem",
                    "console.specification",
                    "search.pareto",
                    "search.space",
                    "search.trial",
                    "search.sampler",
                    "search.pruner",
                    "search.terminator",
                    "search.study"),
            room("console.live", "console.problem", "console.study", "search.trial"),
            room(
                    "console.tracking",
                    "console.folder",
                    "console.machine",
                    "console.mlflow",
                    "console.specification",
                    "console.study",
                    "search.pareto",
                    "search.space",
                    "search.trial",
                    "search.study",
                    "tracker",
                    "tracker.outbox",
                    "tracker.mlflow"),
            room(
                    "console.trial",
                    "console.folder",
                    "console.problem",
                    "console.study",
                    "console.tracking",
                    "search.trial"),
            room(
                    "console.lease",
                    "console.folder",
                    "console.problem",
                    "console.specification",
                    "console.study",
                    "console.tracking",
                    "console.trial",
                    "search.trial",
                    "tracker.outbox"),
            room(
                    "console.promote",
                    "console.folder",
                    "console.problem",
                    "console.specification",
                    "console.study",
                    "console.tracking",
                    "search.expression",
                    "search.trial",
                    "tracker",
                    "tracker.artifact",
                    "tracker.registry",
                    "tracker.mlflow",
                    "trainer.protocol"),
            room(
                    "console.sweep",
                    "console.collect",
                    "console.folder",
                    "console.launch",
                    "console.lease",
                    "console.problem",
                    "console.promote",
                    "console.specification",
                    "console.study",
                    "console.trace",
                    "console.tracking",
                    "console.trial",
                    "search.importance",
                    "search.pareto",
                    "search.space",
                    "search.trial",
                    "search.study",
                    "trainer.protocol"),
            room(
                    "console.alert",
                    "console.database",
                    "console.folder",
                    "console.problem",
                    "console.specification",
                    "console.study",
                    "console.tracking"),
            room(
                    "console.metrics",
                    "console.alert",
                    "console.database",
                    "console.launch",
                    "console.study",
                    "console.tracking",
                    "search.study",
                    "search.trial"),
            room("console.trace", "console.study", "search.study", "search.trial"),
            room("console.health", "console.database", "console.tracking"),
            room(
                    "console.service",
                    "console.alert",
                    "console.metrics",
                    "console.database",
                    "console.folder",
                    "console.launch",
                    "console.machine",
                    "console.mlflow",
                    "console.problem",
                    "console.process",
                    "console.promote",
                    "console.specification",
                    "console.study",
                    "console.sweep",
                    "console.trace",
                    "console.tracking",
                    "tracker.mlflow"),
            room("console.security", "console.lease", "console.problem", "console.service"),
            // Files are checked without a service, by the very reader that the service uses.
            room(
                    "console.cli",
                    "console.specification",
                    "search.space",
                    "tracker",
                    "tracker.outbox",
                    "tracker.mlflow"));

    @ArchTest
    static void roomsUseOnlyTheRoomsOnTheirList(JavaClasses all) {
        var wrong = new TreeMap<String, String>();
        for (var type : all) {
            var from = name(type);
            var allowed = ROOMS.get(from);
            if (allowed == null) {
                wrong.putIfAbsent(from + " is a room that is not on the list", type.getFullName());
                continue;
            }
            for (var dependency : type.getDirectDependenciesFromSelf()) {
                var target = dependency.getTargetClass().getBaseComponentType();
                if (target.getPackageName().startsWith(ROOT.substring(0, ROOT.length() - 1))) {
                    var to = name(target);
                    if (!to.equals(from) && !allowed.contains(to)) {
                        wrong.putIfAbsent(from + " must not use " + to, dependency.getDescription());
                    }
                }
            }
        }
        assertThat(wrong).as("arrows that must not be").isEmpty();
    }

    @ArchTest
    static void theListHasNoRoomThatIsGoneOrIsNotYetBuilt(JavaClasses all) {
        var built = all.stream().map(ArchitectureTest::name).distinct().toList();

        assertThat(ROOMS.keySet())
                .allMatch(room -> built.contains(room)
                        || List.of(
                                        // the modules' own packages, which hold no class
                                        "search", "console")
                                .contains(room));
    }

    @ArchTest
    static final ArchRule packagesAreFreeOfCycles =
            slices().matching("dev.sluice.(**)").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule searchSeesMathematicsOnly = classes()
            .that()
            .resideInAPackage("dev.sluice.search..")
            .should()
            .onlyDependOnClassesThat(resideInAnyPackage(
                    "dev.sluice.search..",
                    "java..",
                    "io.jenetics..",
                    "org.hipparchus..",
                    "org.ejml..",
                    "org.jspecify.annotations.."));

    @ArchTest
    static final ArchRule searchHasNoInputOutputClockOrThread = noClasses()
            .that()
            .resideInAPackage("dev.sluice.search..")
            .should()
            .dependOnClassesThat(
                    resideInAnyPackage("java.io..", "java.net..", "java.nio..", "java.sql..", "java.util.logging..")
                            .or(named(
                                    "java.time.Instant",
                                    "java.time.Clock",
                                    "java.lang.Thread",
                                    "java.lang.System$Logger",
                                    "java.util.Timer")))
            .orShould()
            .callMethod(System.class, "currentTimeMillis")
            .orShould()
            .callMethod(System.class, "nanoTime")
            .orShould()
            .callMethod(Math.class, "random")
            .orShould()
            .callConstructor(java.util.Random.class)
            .orShould()
            .callConstructor(java.util.SplittableRandom.class)
            .because("the same seed and history must give the same answer");

    @ArchTest
    static final ArchRule jeneticsIsKnownToTheGeneticSamplersAlone =
            onlyIn("io.jenetics..", "..search.sampler.genetic..");

    @ArchTest
    static final ArchRule mlflowsClientIsKnownToOneRoomAlone = onlyIn("org.mlflow..", "..tracker.mlflow..");

    @ArchTest
    static final ArchRule djlIsKnownToThreeRoomsAlone =
            onlyIn("ai.djl..", "..trainer.djl..", "..trainer.network..", "..trainer.optimizer..");

    @ArchTest
    static final ArchRule onnxIsKnownToTheExporterAlone = noClasses()
            .that()
            .resideOutsideOfPackage("..trainer.export..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("ai.onnx..", "ai.onnxruntime..", "com.google.protobuf..");

    @ArchTest
    static final ArchRule theProtocolIsPlainJava = classes()
            .that()
            .resideInAPackage("dev.sluice.trainer.protocol..")
            .should()
            .onlyDependOnClassesThat(
                    resideInAnyPackage("dev.sluice.trainer.protocol..", "java..", "org.jspecify.annotations.."));

    @ArchTest
    static final ArchRule librariesAndRoomsWithoutAServiceKnowNothingOfIt = noClasses()
            .that()
            .resideInAnyPackage(
                    "dev.sluice.search..",
                    "dev.sluice.tracker..",
                    "dev.sluice.trainer..",
                    "dev.sluice.console.cli..",
                    "dev.sluice.console.specification..",
                    "dev.sluice.console.collect..",
                    "dev.sluice.console.process..",
                    "dev.sluice.console.launch..",
                    "dev.sluice.console.machine..",
                    "dev.sluice.console.mlflow..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "io.quarkus..", "io.vertx..", "io.smallrye..", "jakarta..", "org.eclipse.microprofile..");

    @ArchTest
    static final ArchRule yamlIsReadWhereSweepFilesAndModelsAreReadAndWhereSweepFilesAreSubmitted =
            onlyIn("org.snakeyaml..", "..console.specification..", "..console.cli..", "..console.promote..");

    @ArchTest
    static final ArchRule picocliIsKnownToTheCommandLineAlone = onlyIn("picocli..", "..console.cli..");

    @ArchTest
    static final ArchRule entitiesStayInTheirRoom = classes()
            .that()
            .areAnnotatedWith("jakarta.persistence.Entity")
            .should(new ArchCondition<>("be used in their own package alone") {
                @Override
                public void check(JavaClass entity, ConditionEvents events) {
                    entity.getDirectDependenciesToSelf().stream()
                            .filter(use ->
                                    !use.getOriginClass().getPackageName().equals(entity.getPackageName()))
                            .forEach(use -> events.add(SimpleConditionEvent.violated(entity, use.getDescription())));
                }
            });

    @ArchTest
    static final ArchRule onlyProgramsPrint = noClasses()
            .that()
            .resideOutsideOfPackages("dev.sluice.console.cli", "dev.sluice.trainer")
            .should()
            .accessField(System.class, "out")
            .orShould()
            .accessField(System.class, "err");

    @ArchTest
    static final ArchRule namesSayARole =
            noClasses().should().haveNameMatching(".*(Manager|Helper|Helpers|Util|Utils|Impl|Data)");

    @ArchTest
    static void everyPackageIsNullMarked(JavaClasses all) {
        var unmarked = new ArrayList<String>();
        packages(all).forEach(p -> {
            if (!p.isAnnotatedWith(NullMarked.class)) {
                unmarked.add(p.getName());
            }
        });
        assertThat(unmarked).isEmpty();
    }

    private static List<JavaPackage> packages(JavaClasses all) {
        return all.stream().map(JavaClass::getPackage).distinct().toList();
    }

    private static ArchRule onlyIn(String library, String... rooms) {
        return noClasses()
                .that()
                .resideOutsideOfPackages(rooms)
                .should()
                .dependOnClassesThat(resideInAPackage(library))
                .allowEmptyShould(true);
    }

    private static DescribedPredicate<JavaClass> named(String... names) {
        return DescribedPredicate.describe(
                "are one of " + List.of(names), type -> List.of(names).contains(type.getName()));
    }

    private static Map.Entry<String, List<String>> room(String name, String... mayUse) {
        return Map.entry(name, List.of(mayUse));
    }

    private static String name(JavaClass type) {
        return type.getPackageName().substring(ROOT.length());
    }
}
