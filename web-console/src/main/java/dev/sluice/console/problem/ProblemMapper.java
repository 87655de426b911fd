package dev.sluice.console.problem;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.exc.StreamReadException;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.exc.InvalidFormatException;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import io.quarkus.logging.Log;
import jakarta.validation.ConstraintViolation;
import jakarta.validation.ConstraintViolationException;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import java.util.Collection;
import java.util.List;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;
import org.jspecify.annotations.Nullable;

/** Turns whatever ends a call into one `application/problem+json` answer; nothing of the inside leaks. */
public final class ProblemMapper {
    public static final String MEDIA_TYPE = "application/problem+json";
    private static final int VALUE_LENGTH = 200;
    private static final String TYPES = "https://sluice.dev/problems/";

    /** The body: RFC 9457 with `errors`, the faulty places. */
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    public record Body(
            String type,
            String title,
            int status,
            String detail,
            List<Problem.Fault> errors,
            @Nullable Long expectedOffset) {}

    @ServerExceptionMapper
    public Response problem(ProblemException thrown) {
        return answer(thrown.problem());
    }

    @ServerExceptionMapper
    public Response unreadable(JsonProcessingException thrown) {
        return answer(read(thrown));
    }

    /** The same: without a mapper of its own, Quarkus answers this kind by itself, with 400 and nothing else. */
    @ServerExceptionMapper
    public Response mismatched(MismatchedInputException thrown) {
        return answer(read(thrown));
    }

    @ServerExceptionMapper
    public Response violation(ConstraintViolationException thrown) {
        var faults = thrown.getConstraintViolations().stream()
                .map(v -> new Problem.Fault(pointer(v), v.getMessage()))
                .toList();
        return answer(new Problem.Invalid("The call is not valid.", faults));
    }

    @ServerExceptionMapper
    public Response web(WebApplicationException thrown, @Context UriInfo uri) {
        for (Throwable cause = thrown.getCause(); cause != null; cause = cause.getCause()) {
            if (cause instanceof JsonProcessingException json) {
                return answer(read(json));
            }
            if (cause instanceof ProblemException problem) {
                return answer(problem.problem());
            }
        }
        int status = thrown.getResponse().getStatus();
        var detail = switch (status) {
            case 404 -> "There is nothing at %s.".formatted(uri.getRequestUri().getPath());
            case 405 ->
                "%s does not take this method.".formatted(uri.getRequestUri().getPath());
            case 406 -> "None of the media types in Accept can be given.";
            case 415 ->
                "This call takes JSON (application/json); a sweep may also be sent as application/yaml, and a journal is"
                        + " sent as application/octet-stream.";
            default -> thrown.getResponse().getStatusInfo().getReasonPhrase();
        };
        return build(
                status, "http-" + status, thrown.getResponse().getStatusInfo().getReasonPhrase(), detail, List.of());
    }

    @ServerExceptionMapper
    public Response unexpected(Throwable thrown) {
        if (LostDatabase.isCauseOf(thrown)) {
            Log.debug("event=database-away", thrown);
            return answer(Problem.Unavailable.ofDatabase());
        }
        Log.error("event=unexpected-error", thrown);
        return build(
                500,
                "internal-error",
                "Internal error",
                "Something went wrong inside the service; its log says what.",
                List.of());
    }

    public static Response answer(Problem problem) {
        return build(body(problem));
    }

    public static int status(Problem problem) {
        return switch (problem) {
            case Problem.Malformed p -> 400;
            case Problem.Unauthorized p -> 401;
            case Problem.Forbidden p -> 403;
            case Problem.Missing p -> 404;
            case Problem.Conflict p -> 409;
            case Problem.LeaseLost p -> 409;
            case Problem.JournalGap p -> 409;
            case Problem.Over p -> 410;
            case Problem.Invalid p -> 422;
            case Problem.TooLarge p -> 413;
            case Problem.Unavailable p -> 503;
            case Problem.Full p -> 507;
        };
    }

    public static Body body(Problem problem) {
        return new Body(
                TYPES + type(problem),
                title(problem),
                status(problem),
                problem.detail(),
                faults(problem),
                problem instanceof Problem.JournalGap gap ? gap.expectedOffset() : null);
    }

    private static List<Problem.Fault> faults(Problem problem) {
        return problem instanceof Problem.Invalid invalid ? invalid.faults() : List.of();
    }

    private static String type(Problem problem) {
        return switch (problem) {
            case Problem.Malformed p -> "malformed";
            case Problem.Unauthorized p -> "unauthorized";
            case Problem.Forbidden p -> "forbidden";
            case Problem.Missing p -> "not-found";
            case Problem.Conflict p -> "conflict";
            case Problem.LeaseLost p -> "lease-lost";
            case Problem.JournalGap p -> "journal-gap";
            case Problem.Over p -> "sweep-over";
            case Problem.Invalid p -> "invalid";
            case Problem.TooLarge p -> "too-large";
            case Problem.Unavailable p -> "unavailable";
            case Problem.Full p -> "full";
        };
    }

    private static String title(Problem problem) {
        return switch (problem) {
            case Problem.Malformed p -> "Cannot be read";
            case Problem.Unauthorized p -> "Needs a token";
            case Problem.Forbidden p -> "Not from here";
            case Problem.Missing p -> "Not found";
            case Problem.Conflict p -> "Not in this state";
            case Problem.LeaseLost p -> "The lease is lost";
            case Problem.JournalGap p -> "Another piece is wanted";
            case Problem.Over p -> "The sweep is over";
            case Problem.Invalid p -> "Not valid";
            case Problem.TooLarge p -> "Too large";
            case Problem.Unavailable p -> "Not just now";
            case Problem.Full p -> "No room just now";
        };
    }

    private static Response build(int status, String type, String title, String detail, List<Problem.Fault> faults) {
        return build(new Body(TYPES + type, title, status, detail, faults, null));
    }

    private static Response build(Body body) {
        var response = Response.status(body.status()).type(MEDIA_TYPE).entity(body);
        if (body.status() == 503) {
            response.header("Retry-After", 1);
        }
        if (body.status() == 507) {
            response.header("Retry-After", 30);
        }
        if (body.status() == 401) {
            response.header("WWW-Authenticate", "Bearer");
        }
        return response.build();
    }

    static Problem read(JsonProcessingException thrown) {
        if (thrown instanceof UnrecognizedPropertyException unknown) {
            var pointer = pointer(unknown);
            return Problem.Invalid.at(
                    pointer,
                    "There is no field \"%s\" here; known are %s."
                            .formatted(
                                    unknown.getPropertyName(),
                                    unknown.getKnownPropertyIds().stream()
                                            .map(Object::toString)
                                            .sorted()
                                            .collect(Collectors.joining(", "))));
        }
        if (thrown instanceof MismatchedInputException mismatched) {
            var meant = meant(mismatched.getTargetType());
            var given = thrown instanceof InvalidFormatException format && format.getValue() != null
                    ? ", was \"%s\"".formatted(cut(format.getValue().toString()))
                    : "";
            return Problem.Invalid.at(pointer(mismatched), "This must be %s%s.".formatted(meant, given));
        }
        if (thrown instanceof JsonMappingException mapping && !(thrown.getCause() instanceof StreamReadException)) {
            return Problem.Invalid.at(pointer(mapping), "This cannot be read.");
        }
        @Nullable JsonLocation location = thrown.getLocation();
        var where =
                location == null ? "" : " (line %d, column %d)".formatted(location.getLineNr(), location.getColumnNr());
        return new Problem.Malformed("The body is not JSON%s: %s".formatted(where, firstLine(thrown)));
    }

    /** What a field takes, in the words of JSON. */
    private static String meant(@Nullable Class<?> type) {
        if (type == null) {
            return "something else";
        }
        if (type == Long.class || type == long.class || type == Integer.class || type == int.class) {
            return "a whole number";
        }
        if (type == Double.class || type == double.class) {
            return "a number, or \"NaN\", \"Infinity\", \"-Infinity\"";
        }
        if (type == Boolean.class || type == boolean.class) {
            return "true or false";
        }
        if (type == String.class) {
            return "a text";
        }
        if (type == UUID.class) {
            return "an id (a UUID)";
        }
        return Collection.class.isAssignableFrom(type) || type.isArray() ? "an array" : "an object";
    }

    private static String cut(String text) {
        return text.length() <= VALUE_LENGTH ? text : text.substring(0, VALUE_LENGTH) + "…";
    }

    private static String firstLine(JsonProcessingException thrown) {
        var message = thrown.getOriginalMessage();
        var line = message == null ? "" : message.lines().findFirst().orElse("");
        // Jackson names its own options where the source is not quoted; a caller has no use for them.
        return line.isBlank() ? "it cannot be read" : line.replaceAll(" ?\\(start marker at .*", "");
    }

    private static String pointer(JsonMappingException thrown) {
        var pointer = new StringBuilder();
        for (var step : thrown.getPath()) {
            pointer.append('/');
            if (step.getFieldName() == null) {
                pointer.append(step.getIndex());
            } else {
                pointer.append(step.getFieldName().replace("~", "~0").replace("/", "~1"));
            }
        }
        return pointer.toString();
    }

    private static String pointer(ConstraintViolation<?> violation) {
        return "/" + violation.getPropertyPath().toString().replace('.', '/');
    }
}
