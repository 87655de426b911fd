package dev.sluice.console.service;

import dev.sluice.tracker.mlflow.MlflowServer;
import java.net.URI;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The MLflow server that others keep for us, as settings and environment name it. */
final class TrackingAddress {
    private static final String URI_VARIABLE = "MLFLOW_TRACKING_URI";
    private static final String USERNAME = "MLFLOW_TRACKING_USERNAME";
    private static final String PASSWORD = "MLFLOW_TRACKING_PASSWORD";
    private static final String TOKEN = "MLFLOW_TRACKING_TOKEN";
    private static final String WORKSPACE = "MLFLOW_WORKSPACE";
    private static final String CERTIFICATES = "MLFLOW_TRACKING_SERVER_CERT_PATH";

    private TrackingAddress() {}

    /**
     * The server, if one is named. A setting comes before the variable of its name.
     *
     * @throws IllegalArgumentException if what is set makes no sense, without what may be secret
     */
    static Optional<MlflowServer> of(ServiceSettings.Mlflow settings, Map<String, String> environment) {
        var address = settings.uri()
                .or(() -> Optional.ofNullable(environment.get(URI_VARIABLE)))
                .map(String::strip)
                .filter(text -> !text.isEmpty());
        return address.map(text -> MlflowServer.of(uri(text), variables(settings, environment)));
    }

    private static Map<String, String> variables(ServiceSettings.Mlflow settings, Map<String, String> environment) {
        var variables = new HashMap<>(environment);
        if (settings.username().isPresent() || settings.token().isPresent()) {
            // Of several ways to show ourselves the one that was set for us is meant.
            variables.keySet().removeAll(List.of(USERNAME, PASSWORD, TOKEN));
        }
        settings.username().ifPresent(value -> variables.put(USERNAME, value));
        settings.password().ifPresent(value -> variables.put(PASSWORD, value));
        settings.token().ifPresent(value -> variables.put(TOKEN, value));
        settings.workspace().ifPresent(value -> variables.put(WORKSPACE, value));
        settings.certificates().map(Path::toString).ifPresent(value -> variables.put(CERTIFICATES, value));
        return variables;
    }

    private static URI uri(String text) {
        try {
            return URI.create(text);
        } catch (IllegalArgumentException e) {
            // Without the cause, whose message repeats what may be a password.
            throw new IllegalArgumentException(URI_VARIABLE + " is not the address of a server");
        }
    }
}
