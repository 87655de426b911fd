package dev.sluice.trainer.callback;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

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

    @Test
    void cleansTreesThroughout() {
        assertThat(SECRETS.cleanTree(Map.of("a", List.of("lease-abc123", 1.5), "lease-abc123", true)))
                .isEqualTo(Map.of("a", List.of("***", 1.5), "***", true));
    }
}
