package dev.sluice.console.specification;

import dev.sluice.search.expression.Expression;
import java.util.List;
import java.util.Optional;

/**
 * What becomes of the best checkpoint when the sweep is complete.
 *
 * @param model the registered model's name
 * @param alias the alias that the new version gets, if any
 * @param gates conditions over the best trial's metrics that must all hold
 * @param betterThan the alias of the version of the same model that must be beaten in the objective, if any
 */
public record PromotionSection(
        String model, Optional<String> alias, List<Expression> gates, Optional<String> betterThan) {
    public PromotionSection {
        gates = List.copyOf(gates);
    }
}
