package dev.sluice.console.problem;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What can be wrong with a call, as a closed set: each kind has one HTTP status and one RFC 9457 `type`.
 *
 * <p>Every detail is a sentence that names the field, the value and what was meant. Immutable, thread-safe.
 */
public sealed interface Problem {
    /** Says to a person what is wrong with this very call. */
    String detail();

    /**
     * One faulty place in a request body. `pointer` is an RFC 6901 pointer, empty for the whole body; line and column
     * count from 1, where the body is a text that people write.
     */
    record Fault(
            String pointer,
            String detail,

            @Nullable @JsonInclude(JsonInclude.Include.NON_NULL)
            Integer line,

            @Nullable @JsonInclude(JsonInclude.Include.NON_NULL)
            Integer column) {
        public Fault(String pointer, String detail) {
            this(pointer, detail, null, null);
        }
    }

    /** The body can be read and is wrong in the places named. */
    record Invalid(String detail, List<Fault> faults) implements Problem {
        public Invalid {
            faults = List.copyOf(faults);
        }

        public static Invalid at(String pointer, String detail) {
            return new Invalid(detail, List.of(new Fault(pointer, detail)));
        }
    }

    /** The request cannot be read at all: broken JSON, a query parameter that is no number. */
    record Malformed(String detail) implements Problem {}

    /** There is nothing of that id. */
    record Missing(String detail) implements Problem {}

    /** The state of the thing forbids the call. */
    record Conflict(String detail) implements Problem {}

    /** The lease is over: expired, revoked or replaced by a later attempt. */
    record LeaseLost(String detail) implements Problem {}

    /**
     * A piece of a journal that does not go on where the last one ended.
     *
     * @param expectedOffset where the next piece must begin
     */
    record JournalGap(String detail, long expectedOffset) implements Problem {}

    /** The sweep is over, there will never be work again. */
    record Over(String detail) implements Problem {}

    /** No token, or one that is not valid for this call. */
    record Unauthorized(String detail) implements Problem {}

    /** The call came from a page of another site. */
    record Forbidden(String detail) implements Problem {}

    /** The body is longer than what is read. */
    record TooLarge(String detail) implements Problem {}

    /** What waits to go on from here has taken all room that is set aside; the same call later may succeed. */
    record Full(String detail) implements Problem {}

    /** The service cannot do it just now; the same call later may succeed. */
    record Unavailable(String detail) implements Problem {
        /** What any call is told that needs the database while that is away. */
        public static Unavailable ofDatabase() {
            return new Unavailable("The database does not answer just now; the same call later may succeed.");
        }
    }

    /** A problem as an exception, for code that answers calls. It carries no stack trace: it is an answer, not a fault. */
    default ProblemException exception() {
        return new ProblemException(this);
    }
}
