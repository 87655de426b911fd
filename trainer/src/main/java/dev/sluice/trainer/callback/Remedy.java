package dev.sluice.trainer.callback;

import dev.sluice.trainer.option.OptionSpec;
import java.util.List;
import java.util.stream.Stream;

/** What a callback does about something that goes wrong. */
enum Remedy {
    /** The step is given up, the weights stay. */
    SKIP("skip"),
    /** People are told, and training goes on. */
    ALERT("alert"),
    /** Training goes on from the best checkpoint with a lower learning rate. */
    ROLL_BACK("roll-back"),
    /** Training ends. */
    STOP("stop");

    private final String word;

    Remedy(String word) {
        this.word = word;
    }

    /** The option that names one of these remedies; the first is the default. */
    static OptionSpec option(Remedy... remedies) {
        List<String> words = Stream.of(remedies).map(remedy -> remedy.word).toList();
        return OptionSpec.choice(
                "action",
                "What is done: the step is given up; people are told; training goes on from the best checkpoint with a"
                        + " lower rate; or it ends.",
                words.get(0),
                words);
    }

    static Remedy of(String word) {
        for (Remedy remedy : values()) {
            if (remedy.word.equals(word)) {
                return remedy;
            }
        }
        throw new IllegalArgumentException("action \"" + word + "\" is unknown");
    }
}
