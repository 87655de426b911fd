package dev.sluice.trainer.callback;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SecretsTest {
    private static final Secrets SECRETS = Secrets.of(Map.of(
            "SLUICE_TOKEN", "lease-abc123",
            "MLFLOW_TRACKING_PASSWORD", "correct horse",
            "TOKENIZERS_PARALLELISM", "false",
            "API_KEY", "abc",
            "https_proxy", "http://me:open sesame@proxy:8080".replace(" ", "")));

    @Test
    void takesTheValuesOfSecretsOutOfTexts() {
        assertThat(SECRETS.clean("token lease-abc123, password \"correct horse\", false"))
                .isEqualTo("token ***, password \"***\", false");
    }

    @Test
    void takesPasswordsOutOfAddresses() {
        assertThat(SECRETS.clean("http://you:hidden@host/x and opensesame")).isEqualTo("http://you:***@host/x and ***");
    }

    @Test
    void leavesShortValuesForWordsAlone() {
        assertThat(SECRETS.clean("abc")).isEqualTo("abc");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GITHUB_TOKEN",
                "npm_config__authToken",
                "DB_PASS",
                "MYSQL_PWD",
                "SSH_PASSPHRASE",
                "AZURE_DEVOPS_PAT",
                "AWS_SECRET_ACCESS_KEY",
                "ENCRYPTION_KEY"
            })
    void knowsSecretsByTheirNames(String name) {
        assertThat(Secrets.of(Map.of(name, "hush-hush")).clean("it is hush-hush"))
                .isEqualTo("it is ***");
    }

    @ParameterizedTest
    @CsvSource({
        "ALLOW_EMPTY_PASSWORD, false",
        "MAX_TOKENS, 16384",
        "POSTGRES_PASSWORD_FILE, /run/secrets/db",
        "PWD, /work",
        "COMPASS_URL, somewhere",
        "TOKENIZERS_PARALLELISM, false"
    })
    void leavesSwitchesLimitsAndPlacesAlone(String name, String value) {
        assertThat(Secrets.of(Map.of(name, value)).clean("is " + value)).isEqualTo("is " + value);
    }

    @Test
    void takesNoLineBreakForPartOfASecret() {
        assertThat(Secrets.of(Map.of("API_TOKEN", "hush-hush\n")).clean("hush-hush!"))
                .isEqualTo("***!");
    }

    @Test
    void takesTokensAndOddPasswordsOutOfAddresses() {
        assertThat(Secrets.none().clean("https://ghp_0123456789abcdefghij@github.com/x ssh://git@host/y"))
                .isEqualTo("https://***@github.com/x ssh://git@host/y");
        assertThat(Secrets.none().clean("http://me:p@ss@host/x,http://you:word@host/y"))
                .isEqualTo("http://me:***@host/x,http://you:***@host/y");
    }

    @Test
    void cleansTreesThroughout() {
        assertThat(SECRETS.cleanTree(Map.of("a", List.of("lease-abc123", 1.5), "lease-abc123", true)))
                .isEqualTo(Map.of("a", List.of("***", 1.5), "***", true));
    }
}
