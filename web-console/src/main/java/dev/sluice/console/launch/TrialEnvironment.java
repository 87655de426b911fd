package dev.sluice.console.launch;

import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** What a trial's process finds in its environment: the service's own less its secrets, the devices' and what the request gives. */
final class TrialEnvironment {
    /** Names of secrets. TOKEN is taken as a word, since TOKENIZERS_PARALLELISM is none. */
    private static final Pattern SECRET_NAME = Pattern.compile(
            "PASSWORD|PASSWD|SECRET|CREDENTIAL|PRIVATE_?KEY|API_?KEY|(^|_)TOKENS?(_|$)", Pattern.CASE_INSENSITIVE);

    /** An address that carries a password. */
    private static final Pattern SECRET_ADDRESS = Pattern.compile("://[^/@\\s:]*:[^/@\\s]+@");

    private TrialEnvironment() {}

    static Map<String, String> of(Map<String, String> service, LaunchRequest request) {
        Map<String, String> environment = new TreeMap<>();
        service.forEach((name, value) -> {
            if (!isSecret(name, value)) {
                environment.put(name, value);
            }
        });
        Map<String, String> devices = request.devices().environment();
        environment.putAll(devices);
        environment.putAll(request.environment());
        // A trial may choose its threads, but not the GPUs of another trial, nor another attempt's mark.
        for (String name : new String[] {"CUDA_VISIBLE_DEVICES", "CUDA_DEVICE_ORDER"}) {
            environment.put(name, devices.getOrDefault(name, ""));
        }
        environment.put(Launcher.MARK, request.attemptId().toString());
        return environment;
    }

    /** Whether a variable of the service is kept from trials. A proxy's address is needed by them, even with a password in it. */
    static boolean isSecret(String name, String value) {
        return name.startsWith("QUARKUS_")
                || name.startsWith("_QUARKUS_")
                || SECRET_NAME.matcher(name).find()
                || (SECRET_ADDRESS.matcher(value).find()
                        && !name.toLowerCase(java.util.Locale.ROOT).endsWith("_proxy"));
    }
}
