package dev.sluice.endtoend;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.ColorScheme;
import dev.sluice.endtoend.harness.Build;
import dev.sluice.endtoend.harness.Chromium;
import dev.sluice.endtoend.harness.Script;
import dev.sluice.endtoend.harness.Service;
import dev.sluice.endtoend.harness.Shared;
import dev.sluice.endtoend.harness.Sweep;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/** The console in a real browser, by what a person sees and clicks. Each test leaves a picture below `target`. */
@ExtendWith(Shared.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ConsoleTest {
    private static final Script TRAINING = Script.of("console", """
            import json, sys, time
            for step in range(1, int(sys.argv[2]) + 1):
                print(json.dumps({"step": step, "loss": float(sys.argv[1]) + 1 / step}), flush=True)
                time.sleep(0.2)
            """);

    /** Reports both of its arguments; what it reports first is not what is sought first. */
    private static final Script PAIR = Script.of("pair", """
            import json, sys
            for step in (1, 2):
                print(json.dumps({"step": step, "ms": float(sys.argv[2]), "loss": float(sys.argv[1])}), flush=True)
            """);

    private static final Script PACKAGING = Script.of("console-model", """
            import os, sys
            os.makedirs(".tmp")
            open(".tmp/MLmodel", "w").write("flavors: {python_function: {loader_module: none}}\\n")
            os.rename(".tmp", "model")
            print('{"step": 1, "loss": %s}' % sys.argv[1])
            """);

    private Service service;
    private Path pictures;
    private Chromium browser;
    private Page page;
    private final List<String> errors = new ArrayList<>();
    private Sweep finished;

    @BeforeAll
    void openTheBrowser(Service shared) {
        service = shared;
        pictures = Build.folder("console");
        finished = service.submit(file("console-finished", 6, 2, 5));
        finished.awaitEnd();
        browser = Chromium.start();
    }

    @AfterAll
    void closeTheBrowser() {
        browser.close();
    }

    @BeforeEach
    void openAPage() {
        page = browser.page();
        errors.clear();
        page.onPageError(errors::add);
        page.onConsoleMessage(message -> {
            if (message.type().equals("error")) {
                errors.add(message.text() + " " + message.location());
            }
        });
    }

    @AfterEach
    void takeAPicture(TestInfo test) {
        page.screenshot(new Page.ScreenshotOptions()
                .setPath(pictures.resolve(test.getTestMethod().orElseThrow().getName() + ".png"))
                .setFullPage(true));
        page.close();
    }

    @Test
    void listsTheSweepsNewestFirst() {
        var newest = service.submit(file("console-newest", 1, 1, 1));
        page.navigate(service.uri().toString());

        var rows = page.locator("sweeps-page .row[role=row]");
        assertThat(rows.first()).containsText("console-newest");
        assertThat(rows.first()).containsText("Completed");
        assertThat(rows.filter(new Locator.FilterOptions().setHasText("console-finished"))
                        .first())
                .containsText("6 / 6");
        assertThat(page).hasTitle("Sluice");
        assertThat(errors).isEmpty();
        newest.awaitEnd();
    }

    @Test
    void findsASweepByItsName() {
        page.navigate(service.uri().toString());

        page.getByRole(AriaRole.SEARCHBOX).fill("console-fini");

        var rows = page.locator("sweeps-page .row[role=row]");
        assertThat(rows).hasCount(1);
        rows.first().getByRole(AriaRole.LINK).click();
        assertThat(heading("console-finished")).isVisible();
    }

    @Test
    void showsChartsAndEveryTrialOfASweep() {
        page.navigate(address(finished));

        assertThat(heading("console-finished")).isVisible();
        assertThat(chip()).hasText("Completed");
        assertThat(page.locator("trial-table .body .row:not([hidden])")).hasCount(6);
        for (var chart : List.of("history-chart", "curves-chart")) {
            assertThat(page.locator(chart + " canvas").first()).isVisible();
            page.waitForCondition(() -> inked(chart));
        }
        assertThat(page.locator("dl.facts")).containsText("6 / 6");
        assertThat(page.locator("dl.facts")).containsText("loss");
        assertThat(errors).isEmpty();
    }

    @Test
    void sortsTheTrialsByTheObjective() {
        page.navigate(address(finished));

        page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName("Sort by loss"))
                .first()
                .click();

        var best = finished.view().path("best").path("number").asText();
        assertThat(page.locator("trial-table .row.best")).hasAttribute("aria-rowindex", "2");
        assertThat(page.locator("trial-table .row.best .first")).containsText(best);
    }

    @Test
    void opensATrialWithItsReportsAndItsLog() {
        page.navigate(address(finished));

        page.locator("trial-table .body .row:not([hidden])").first().click();

        var panel = page.locator("trial-panel");
        assertThat(panel).containsText("Parameters");
        assertThat(panel).containsText("Attempts");
        assertThat(panel).containsText("\"step\": 5");
        assertThat(errors).isEmpty();
    }

    @Test
    void marksWhatASweepTookOverFromAnEarlierOne() {
        var warm = service.submit(file("console-warm", 1, 1, 1) + "warmStart: {from: [console-finished]}\n");
        warm.awaitEnd();
        page.navigate(address(warm));

        assertThat(page.locator("sweep-page"))
                .containsText("Warm start from console-finished: 6 of its trials taken over");
        assertThat(page.locator("dl.facts")).containsText("1 / 1");
        var first = page.locator("trial-table .body .row:not([hidden])").first();
        assertThat(first).containsText("↪");
        first.click();
        var panel = page.locator("trial-panel");
        assertThat(panel).containsText("Imported from console-finished, trial ");
        assertThat(panel).not().containsText("Attempts");
        assertThat(errors).isEmpty();
    }

    @Test
    void showsTheErrorsOfAFileBesideTheirLines() {
        page.navigate(service.uri() + "#/new");
        editor().fill("""
                name: wrong
                objective: {metric: loss, goal: smaller}
                parameters: {x: {min: 1, max: 0}}
                budget: {trials: 3}
                trial: {command: [echo, hello]}
                """);

        start().click();

        var complaints = page.getByRole(AriaRole.ALERT);
        assertThat(complaints).containsText("2 things to correct");
        assertThat(complaints).containsText("Line 2");
        assertThat(complaints).containsText("minimize");
        assertThat(complaints).containsText("Line 3");
        assertThat(page.locator("yaml-editor .marked")).hasText(new String[] {"2", "3"});
        assertThat(editor()).hasAttribute("aria-invalid", "true");
    }

    @Test
    void rehearsesAFileWithoutStartingIt() {
        page.navigate(service.uri() + "#/new");
        editor().fill(file("console-rehearsed", 2, 1, 1));

        page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName("Dry run"))
                .click();

        assertThat(page.getByText("The file is valid.")).isVisible();
        assertThat(page.getByText("Five points it would try")).isVisible();
        assertThat(service.rest()
                        .get("/api/v1/sweeps?q=console-rehearsed")
                        .json()
                        .path("items")
                        .size())
                .isZero();
    }

    @Test
    void startsASweepAndFollowsItToItsEndWithoutAReload() {
        page.navigate(service.uri() + "#/new");
        editor().fill(file("console-started", 5, 2, 6));
        start().click();

        assertThat(heading("console-started")).isVisible();
        page.evaluate("() => { window.stayed = true; }");
        assertThat(chip()).hasText("Running");
        assertThat(page.locator("trial-table .body .row:not([hidden])").first()).isVisible();

        assertThat(chip()).hasText("Completed");
        assertThat(page.locator("trial-table .body .row:not([hidden])")).hasCount(5);
        assertThat(page.locator("dl.facts")).containsText("5 / 5");
        page.waitForCondition(() -> inked("curves-chart"));
        assertThat(page.evaluate("() => window.stayed === true")).isEqualTo(true);
        assertThat(errors).isEmpty();
    }

    @Test
    void pausesResumesAndCancelsASweep() {
        var sweep = service.submit(file("console-steered", 50, 1, 500));
        page.navigate(address(sweep));
        assertThat(chip()).hasText("Running");

        action("Pause").click();
        assertThat(chip()).hasText("Paused");
        action("Resume").click();
        assertThat(chip()).hasText("Running");
        action("Cancel").click();
        var question = page.getByRole(AriaRole.DIALOG);
        assertThat(question).containsText("Cancel this sweep?");
        question.getByRole(AriaRole.BUTTON, new Locator.GetByRoleOptions().setName("Keep it running"))
                .click();
        assertThat(chip()).hasText("Running");
        action("Cancel").click();
        page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName("Cancel the sweep"))
                .click();

        assertThat(chip()).hasText("Cancelled");
        assertThat(sweep.awaitEnd().path("state").asText()).isEqualTo("CANCELLED");
        assertThat(errors).isEmpty();
    }

    @Test
    void showsWhatOthersDoToASweepWithoutAReload() {
        var sweep = service.submit(file("console-watched", 50, 1, 500));
        page.navigate(address(sweep));
        assertThat(chip()).hasText("Running");

        service.rest().post(sweep.path() + "/cancel").expect(200);

        assertThat(chip()).hasText("Cancelled");
    }

    @Test
    void saysThatAnAddressLeadsNowhere() {
        page.navigate(service.uri() + "#/sweeps/01900000-0000-7000-8000-000000000000");

        assertThat(page.getByText(Pattern.compile("There is no sweep"))).isVisible();
    }

    @Test
    void fitsAPhoneInTheDark() {
        page.close();
        page = browser.page(360, 740, ColorScheme.DARK);
        page.navigate(address(finished));

        assertThat(heading("console-finished")).isVisible();
        assertThat(page.evaluate("() => document.documentElement.scrollWidth <= innerWidth"))
                .as("no sideways scroll")
                .isEqualTo(true);
        assertThat((String) page.evaluate("() => getComputedStyle(document.body).backgroundColor"))
                .matches("rgb\\(\\d{1,2}, \\d{1,2}, \\d{1,2}\\)");
    }

    /** The trial with the least loss takes too long, so that it is neither the best nor drawn as such. */
    @Test
    void marksWhatBreaksAConstraintAndNeverCallsItTheBest() {
        var sweep = service.submit("""
                name: console-constrained
                objective: {metric: loss, goal: minimize}
                constraints: ["ms <= 20"]
                parameters: {l: {min: 0.0, max: 1.0}, m: {min: 1.0, max: 40.0}}
                enqueue: [{l: 0.1, m: 30.0}, {l: 0.4, m: 12.0}, {l: 0.3, m: 15.0}, {l: 0.5, m: 25.0}]
                search: {algorithm: random, seed: 4}
                budget: {trials: 4}
                trial: {command: %s}
                """.formatted(PAIR.command("${params.l}", "${params.m}")));
        sweep.awaitEnd();
        page.navigate(address(sweep));

        assertThat(page.locator("dl.facts")).containsText("trial 2");
        assertThat(page.locator("history-chart")).containsText("2 break a constraint");
        page.waitForCondition(() -> inked("history-chart"));
        assertThat(page.locator("history-chart .plot")).hasAttribute("aria-label", Pattern.compile("best 0\\.3000\\."));
        assertThat(page.locator("trial-table .row.best")).hasCount(1);
        assertThat(page.locator("trial-table .row.best .first")).containsText("2");
        page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName("Sort by loss"))
                .first()
                .click();
        assertThat(page.locator("trial-table .row.best")).hasAttribute("aria-rowindex", "2");
        var first = page.locator("trial-table .body .row:not([hidden])")
                .filter(new Locator.FilterOptions().setHasText("✕"));
        assertThat(first).hasCount(2);
        first.first().click();
        assertThat(page.locator("trial-panel")).containsText("Breaks ms <= 20: not counted among the best.");
        assertThat(errors).isEmpty();
    }

    @Test
    void showsEachOfSeveralObjectivesAndTheirFront() {
        var sweep = service.submit("""
                name: console-front
                objectives: [{metric: loss, goal: minimize}, {metric: ms, goal: minimize}]
                parameters: {l: {min: 0.0, max: 1.0}, m: {min: 1.0, max: 40.0}}
                enqueue: [{l: 0.1, m: 30.0}, {l: 0.4, m: 12.0}, {l: 0.3, m: 35.0}, {l: 0.2, m: 25.0}]
                search: {algorithm: random, seed: 4}
                budget: {trials: 4}
                trial: {command: %s}
                """.formatted(PAIR.command("${params.l}", "${params.m}")));
        sweep.awaitEnd();
        page.navigate(address(sweep));

        assertThat(page.locator("dl.facts")).containsText("3 trials");
        assertThat(page.locator("dl.facts")).containsText("#0 #3 #1");
        assertThat(page.locator("trial-table .row.best")).hasCount(3);
        page.waitForCondition(() -> inked("history-chart"));
        var plot = page.locator("history-chart .plot");
        assertThat(plot).hasAttribute("aria-label", Pattern.compile("^loss .*best 0.1000"));
        page.locator("history-chart select").selectOption("ms");
        assertThat(plot).hasAttribute("aria-label", Pattern.compile("^ms .*best 12"));

        page.locator("trial-table .body .row:not([hidden])").nth(3).click();
        var panel = page.locator("trial-panel");
        assertThat(panel).containsText("Values");
        assertThat(panel.getByRole(
                        AriaRole.IMG, new Locator.GetByRoleOptions().setName("On the front: no other trial beats it")))
                .isVisible();
        assertThat(panel.locator("section", new Locator.LocatorOptions().setHasText("Reports"))
                        .locator("thead th"))
                .hasText(new String[] {"step", "loss", "ms"});
        assertThat(errors).isEmpty();
    }

    @Test
    void showsWhatWasPromotedAndHowItWasChecked() {
        var model = "console-" + System.nanoTime();
        var sweep = service.submit("""
                name: console-promoted
                objective: {metric: loss, goal: minimize}
                parameters: {x: {values: [0.3, 0.1]}}
                search: {algorithm: grid}
                budget: {trials: 2}
                trial: {command: %s}
                promotion: {model: %s, alias: champion}
                """.formatted(PACKAGING.command("${params.x}"), model));
        sweep.awaitPromotion();
        page.navigate(address(sweep));

        var promoted = page.locator("promotion-list li");
        assertThat(promoted).hasCount(1);
        assertThat(promoted).containsText(model + " version 1");
        assertThat(promoted).containsText("alias champion");
        assertThat(promoted)
                .containsText(
                        "from trial " + sweep.view().path("best").path("number").asText());
        assertThat(promoted).containsText("Verified: By hash alone: the model has no model.onnx");
        action("Promote").click();
        var dialog = page.locator("promote-dialog");
        dialog.getByLabel("Alias").fill("challenger");
        dialog.getByRole(AriaRole.BUTTON, new Locator.GetByRoleOptions().setName("Promote"))
                .click();
        assertThat(dialog.locator(".notice")).containsText(model + " version 2 is now challenger.");
        assertThat(dialog.locator(".notice")).containsText("Verified: By hash alone");
        assertThat(dialog.locator("dialog").evaluate("dialog => dialog.scrollWidth <= dialog.clientWidth"))
                .as("nothing is cut off")
                .isEqualTo(true);
        assertThat(promoted).hasCount(2);
        assertThat(promoted.first()).containsText("alias challenger");
        assertThat(errors).isEmpty();
    }

    private static String file(String name, int trials, int parallel, int steps) {
        return """
                name: %s
                description: Shown in the console
                objective: {metric: loss, goal: minimize}
                parameters: {x: {min: 0.0, max: 1.0}}
                search: {algorithm: random, seed: 4}
                budget: {trials: %d, parallel: %d}
                trial: {command: %s}
                """.formatted(name, trials, parallel, TRAINING.command("${params.x}", Integer.toString(steps)));
    }

    private String address(Sweep sweep) {
        return service.uri() + "#/sweeps/" + sweep.id();
    }

    private Locator heading(String name) {
        return page.getByRole(
                AriaRole.HEADING, new Page.GetByRoleOptions().setName(name).setLevel(1));
    }

    private Locator chip() {
        return page.locator("sweep-page .chip");
    }

    private Locator action(String name) {
        return page.locator("sweep-page .actions")
                .getByRole(
                        AriaRole.BUTTON,
                        new Locator.GetByRoleOptions().setName(name).setExact(true));
    }

    private Locator editor() {
        return page.locator("yaml-editor textarea");
    }

    private Locator start() {
        return page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName("Start sweep"));
    }

    /** Whether something is drawn on the chart's canvas. */
    private boolean inked(String chart) {
        return (boolean)
                page.locator(chart + " canvas")
                        .first()
                        .evaluate(
                                "canvas => { const all = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;"
                                        + " let ink = 0; for (let i = 3; i < all.length; i += 4) if (all[i]) ink++; return ink > 500; }");
    }
}
