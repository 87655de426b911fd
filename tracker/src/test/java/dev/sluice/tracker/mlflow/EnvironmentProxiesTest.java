package dev.sluice.tracker.mlflow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.URI;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EnvironmentProxiesTest {
    private static String chosen(Map<String, String> environment, String uri) {
        Proxy proxy = EnvironmentProxies.of(environment).select(URI.create(uri)).getFirst();
        return proxy.address() instanceof InetSocketAddress address
                ? address.getHostString() + ":" + address.getPort()
                : "direct";
    }

    @Test
    void takesTheProxyOfTheScheme() {
        Map<String, String> both = Map.of("HTTPS_PROXY", "http://secure:3128", "http_proxy", "plain:8080");

        assertThat(chosen(both, "https://mlflow.example/x")).isEqualTo("secure:3128");
        assertThat(chosen(both, "http://mlflow.example")).isEqualTo("plain:8080");
        assertThat(chosen(Map.of("http_proxy", "http://plain"), "https://mlflow.example"))
                .isEqualTo("direct");
        assertThat(chosen(Map.of("ALL_PROXY", "http://any:1"), "https://mlflow.example"))
                .isEqualTo("any:1");
        assertThat(chosen(Map.of("https_proxy", "http://a:1", "HTTPS_PROXY", "http://b:2"), "https://mlflow.example"))
                .isEqualTo("a:1");
    }

    @ParameterizedTest
    @CsvSource({
        "mlflow.example, https://mlflow.example, direct",
        "mlflow.example, https://eu.mlflow.example, direct",
        ".mlflow.example, https://eu.mlflow.example, direct",
        "mlflow.example, https://notmlflow.example, proxy:1",
        "mlflow.example:8443, https://mlflow.example:8443, direct",
        "mlflow.example:8443, https://mlflow.example, proxy:1",
        "10.0.0.0/8, https://10.20.30.40, direct",
        "10.0.0.0/8, https://11.20.30.40, proxy:1",
        "0.0.0.0/0, https://11.20.30.40, direct",
        "10.0.0.0/8, https://mlflow.example, proxy:1",
        "*, https://mlflow.example, direct",
        "none, https://127.0.0.1:5000, direct",
        "none, https://localhost:5000, direct",
    })
    void leavesOutWhatNoProxyNames(String noProxy, String uri, String expected) {
        assertThat(chosen(Map.of("https_proxy", "http://proxy:1", "no_proxy", "first, " + noProxy), uri))
                .isEqualTo(expected);
    }

    @Test
    void isJavasOwnChoiceWhereTheEnvironmentHasNone() {
        assertThat(EnvironmentProxies.of(Map.of("no_proxy", "*", "http_proxy", " ")))
                .isSameAs(ProxySelector.getDefault());
    }

    @Test
    void refusesAProxyThatIsNotHttpAndKeepsItsPassword() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> MlflowServer.of(
                        URI.create("https://mlflow.example"), Map.of("all_proxy", "socks5://me:secret@proxy:1080")))
                .withMessageContaining("\"socks5\"")
                .withMessageNotContaining("secret");
    }
}
