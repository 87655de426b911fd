package dev.sluice.trainer.callback;

import java.util.LinkedHashMap;
import java.util.Map;

/** Appends what one of several trainings of a trial comes to to the attempt's journal, under names of its own. */
public final class MemberLogger implements Callback {
    private final RunLogger logger;
    private final String member;

    /**
     * A logger to another one's journal.
     *
     * @param member its name
     */
    public MemberLogger(RunLogger logger, String member) {
        this.logger = logger;
        this.member = member;
    }

    @Override
    public String name() {
        return "member-logger";
    }

    /** A member's metrics as they are called in MLflow: {@code member-1/val_loss}. */
    public static Map<String, Double> named(String member, Map<String, Double> metrics) {
        Map<String, Double> named = new LinkedHashMap<>();
        metrics.forEach((name, value) -> named.put(member + "/" + name, value));
        return named;
    }

    @Override
    public void epochEnd(EpochResult result, TrainingProgress progress, TrainingControl control) {
        logger.metrics(result.epoch(), named(member, result.metrics()), result.at());
    }

    @Override
    public void alert(Alert alert, TrainingProgress progress) {
        logger.alert(new Alert(member + "." + alert.callback(), alert.message()), progress);
    }
}
