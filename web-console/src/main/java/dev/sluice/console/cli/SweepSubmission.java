package dev.sluice.console.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** Hands a sweep file to a service, once: a call whose answer was lost is repeated under the same key. */
final class SweepSubmission {
    private SweepSubmission() {}

    /** The service's answer: {@code {id, name, state, links}}. */
    static JsonNode submit(ServiceClient client, SweepFile file) {
        Map<String, String> key = Map.of("Idempotency-Key", UUID.randomUUID().toString());
        try {
            return post(client, file, key);
        } catch (CommandFailure failure) {
            if (!failure.isUnreachable() || failure.sentence().startsWith("no service answers")) {
                throw failure;
            }
            return post(client, file, key);
        }
    }

    /** The same, with what is checked out where the file lies. */
    static JsonNode submitWithCheckout(ServiceClient client, SweepFile file) {
        Optional<SweepFile> tagged = file.withCheckout();
        if (tagged.isPresent()) {
            try {
                return submit(client, tagged.get());
            } catch (CommandFailure failure) {
                if (failure.exitCode() != CommandFailure.WRONG_USAGE) {
                    throw failure;
                }
                // Sent as it is, so that what is wrong is said of its own lines.
            }
        }
        return submit(client, file);
    }

    private static JsonNode post(ServiceClient client, SweepFile file, Map<String, String> headers) {
        try {
            return client.post("/sweeps", file.text(), file.mediaType(), headers);
        } catch (CommandFailure failure) {
            if (failure.exitCode() != CommandFailure.WRONG_USAGE) {
                throw failure;
            }
            List<String> errors = failure.details();
            throw CommandFailure.of(CommandFailure.WRONG_USAGE, file.name() + ": " + failure.sentence(), errors);
        }
    }
}
