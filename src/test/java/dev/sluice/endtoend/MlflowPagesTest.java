package dev.sluice.endtoend;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import dev.sluice.endtoend.harness.Build;
import dev.sluice.endtoend.harness.Chromium;
import dev.sluice.endtoend.harness.Mlflow;
import dev.sluice.endtoend.harness.Script;
import dev.sluice.endtoend.harness.Service;
import dev.sluice.endtoend.harness.Shared;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** MLflow's own pages on a sweep, in a real browser, by what a person sees and clicks. Leaves pictures below `target`. */
@ExtendWith(Shared.class)
final class MlflowPagesTest {
    private static final Script TRAINING = Script.of("pages", """
            import json, os, sys, time
            for step in (1, 2, 3):
                print(json.dumps({"step": step, "loss": float(sys.argv[1]) + 1 / step}), flush=True)
            time.sleep(1.5)
            os.makedirs(".tmp")
            open(".tmp/MLmodel", "w").write("flavors: {python_function: {loader_module: none}}\\n")
            os.rename(".tmp", "model")
            """);

    private final Path pictures = Build.folder("mlflow-pages");

    @Test
    void leadFromASweepToItsTrialsItsModelAndBack(Service service, Mlflow mlflow) {
        var model = "pages-" + System.nanoTime();
        var sweep = service.submit("""
                name: %s
                objective: {metric: loss, goal: minimize}
                parameters: {x: {values: [0.123456789, 0.5]}}
                search: {algorithm: grid}
                budget: {trials: 2, parallel: 2}
                trial: {command: %s}
                tracking:
                  tags: {mlflow.source.git.commit: 0123456789abcdef0123456789abcdef01234567}
                  dataset: {name: leaves, digest: d1, source: "s3://data/leaves"}
                promotion: {model: %s, alias: champion}
                """.formatted(model, TRAINING.command("${params.x}"), model));
        var view = sweep.awaitDelivered();
        assertThat(sweep.awaitPromotion().path("state").asText()).isEqualTo("DONE");
        var experiment =
                "#/experiments/" + view.path("mlflow").path("experimentId").asText();
        int best = view.path("best").path("number").asInt();
        var run = experiment + "/runs/" + sweep.trial(best).path("mlflowRunId").asText();
        var parent = experiment + "/runs/" + view.path("mlflow").path("runId").asText();

        try (var browser = Chromium.start()) {
            var page = browser.page();

            // The address that the service gives lists the sweep's run, and none of its trials' until it is unfolded.
            page.navigate(view.path("mlflow").path("url").asText());
            assertThat(link(page, parent)).isVisible();
            picture(page, "experiment");

            page.navigate(mlflow.uri() + "/" + parent + "?workflowType=machine_learning");
            assertThat(page.getByText("all 2 trials are done").first()).isVisible();
            assertThat(page.locator("a[href^='#/compare-runs']")).hasText("Compare the best");
            assertThat(page.getByText("x=0.1235")).isVisible();
            assertThat(page.getByText("best_loss")).isVisible();
            picture(page, "sweep");
            var trial = page.waitForPopup(() -> page.locator("td " + href(run)).click());

            assertThat(link(trial, parent)).hasText(model);
            assertThat(trial.getByText("0123456").first()).isVisible();
            assertThat(trial.getByText("leaves").first()).isVisible();
            assertThat(trial.getByText("system/cpu_utilization_percentage")).isVisible();
            assertThat(link(trial, experiment + "/models/m-")).containsText(model);
            picture(trial, "trial");
            link(trial, "#/models/" + model + "/versions/1").click();

            assertThat(trial).hasURL(Pattern.compile("#/models/" + model + "/versions/1"));
            assertThat(trial.getByText("champion").first()).isVisible();
            assertThat(trial.getByText("Trial %d of sweep %s".formatted(best, model)))
                    .isVisible();
            assertThat(link(trial, experiment + "/models/m-")).containsText(model);
            picture(trial, "version");
            link(trial, run).click();

            assertThat(trial).hasURL(Pattern.compile(run));
        }
    }

    /** The first link to an address that begins so. */
    private static Locator link(Page page, String address) {
        return page.locator(href(address)).first();
    }

    private static String href(String address) {
        return "a[href^='" + address + "']";
    }

    private void picture(Page page, String name) {
        page.screenshot(new Page.ScreenshotOptions().setPath(pictures.resolve(name + ".png")));
    }
}
