package dev.sluice.trainer.export;

import static dev.sluice.trainer.export.OnnxNodes.DOUBLE;
import static dev.sluice.trainer.export.OnnxNodes.FLOAT;
import static dev.sluice.trainer.export.OnnxNodes.STRING;
import static dev.sluice.trainer.export.OnnxNodes.UINT8;
import static dev.sluice.trainer.export.OnnxNodes.cast;
import static dev.sluice.trainer.export.OnnxNodes.longs;
import static dev.sluice.trainer.export.OnnxNodes.node;
import static dev.sluice.trainer.export.OnnxNodes.scalar;
import static dev.sluice.trainer.export.OnnxNodes.texts;
import static dev.sluice.trainer.export.OnnxNodes.value;
import static dev.sluice.trainer.export.OnnxNodes.whole;
import static dev.sluice.trainer.export.OnnxNodes.wholes;

import ai.onnx.proto.OnnxMl;
import dev.sluice.trainer.data.ModelForm;
import dev.sluice.trainer.data.Preparation;
import dev.sluice.trainer.data.Preparation.CategoryColumn;
import dev.sluice.trainer.data.Preparation.NumberColumn;
import dev.sluice.trainer.data.Target;
import java.util.ArrayList;
import java.util.List;

/** The parts of a graph before and after the network. Names begin with {@code sluice/}: a column may have any other. */
final class OnnxForm {
    /** The domain of operators on words. */
    static final String ML = "ai.onnx.ml";

    static final String LABEL = "label";
    static final String PREDICTION = "prediction";
    static final String PROBABILITIES = "probabilities";
    private static final String OWN = "sluice/";

    private OnnxForm() {}

    /** Adds what makes rows of images; gives their name. */
    static String addPixels(OnnxMl.GraphProto.Builder graph, Preparation.Pixels pixels) {
        boolean isGrey = pixels.channels() == 1;
        graph.addInput(
                isGrey
                        ? value(OnnxExporter.INPUT, UINT8, pixels.height(), pixels.width())
                        : value(OnnxExporter.INPUT, UINT8, pixels.height(), pixels.width(), pixels.channels()));
        String last = OWN + "numbers";
        graph.addNode(cast(last, OnnxExporter.INPUT, FLOAT));
        if (!isGrey) {
            graph.addNode(node("Transpose", OWN + "channels", List.of(last)).addAttribute(wholes("perm", 0, 3, 1, 2)));
            last = OWN + "channels";
        }
        graph.addInitializer(longs(OWN + "row", -1, pixels.numbers()));
        graph.addNode(node("Reshape", OWN + "rows", List.of(last, OWN + "row")));
        return OWN + "rows";
    }

    /** Adds what makes rows of a table's columns; gives their name. */
    static String addColumns(OnnxMl.GraphProto.Builder graph, Preparation.Columns columns) {
        List<String> parts = new ArrayList<>();
        long[] shape = columns.columns().size() == 1 ? new long[] {1} : new long[0];
        graph.addInitializer(longs(OWN + "flat", -1));
        graph.addInitializer(longs(OWN + "one-wide", -1, 1));
        for (int place = 0; place < columns.columns().size(); place++) {
            String own = OWN + "column" + place;
            switch (columns.columns().get(place)) {
                case NumberColumn number -> {
                    graph.addInput(value(number.name(), DOUBLE, shape));
                    graph.addInitializer(scalar(own + ".fill", number.fill()));
                    graph.addInitializer(scalar(own + ".mean", number.mean()));
                    graph.addInitializer(scalar(own + ".deviation", number.deviation()));
                    graph.addNode(node("IsNaN", own + ".missing", List.of(number.name())));
                    graph.addNode(
                            node("Where", own + ".filled", List.of(own + ".missing", own + ".fill", number.name())));
                    graph.addNode(node("Sub", own + ".centred", List.of(own + ".filled", own + ".mean")));
                    graph.addNode(node("Div", own + ".scaled", List.of(own + ".centred", own + ".deviation")));
                    graph.addNode(cast(own + ".single", own + ".scaled", FLOAT));
                    graph.addNode(node("Reshape", own, List.of(own + ".single", OWN + "one-wide")));
                }
                case CategoryColumn category -> {
                    graph.addInput(value(category.name(), STRING, shape));
                    graph.addNode(node("Reshape", own + ".flat", List.of(category.name(), OWN + "flat")));
                    graph.addNode(node("OneHotEncoder", own, List.of(own + ".flat"))
                            .setDomain(ML)
                            .addAttribute(texts("cats_strings", category.values()))
                            .addAttribute(whole("zeros", 1)));
                }
            }
            parts.add(own);
        }
        graph.addNode(node("Concat", OWN + "rows", parts).addAttribute(whole("axis", 1)));
        return OWN + "rows";
    }

    /** Adds what the network's outputs mean. */
    static void addAnswers(OnnxMl.GraphProto.Builder graph, ModelForm form, String outputs) {
        if (form.input() instanceof Preparation.AsIs) {
            return;
        }
        switch (form.output()) {
            case Target.Quantity number -> {
                graph.addInitializer(scalar(OWN + "mean", number.mean()));
                graph.addInitializer(scalar(OWN + "deviation", number.deviation()));
                graph.addInitializer(longs(OWN + "answers", -1));
                graph.addNode(node("Reshape", OWN + "normalised", List.of(outputs, OWN + "answers")));
                graph.addNode(cast(OWN + "double", OWN + "normalised", DOUBLE));
                graph.addNode(node("Mul", OWN + "spread", List.of(OWN + "double", OWN + "deviation")));
                graph.addNode(node("Add", OWN + "value", List.of(OWN + "spread", OWN + "mean")));
                graph.addNode(cast(PREDICTION, OWN + "value", FLOAT));
                graph.addOutput(value(PREDICTION, FLOAT));
            }
            case Target.Classes classes -> addClasses(graph, classes, outputs);
        }
    }

    private static void addClasses(OnnxMl.GraphProto.Builder graph, Target.Classes classes, String outputs) {
        graph.addNode(node("Softmax", PROBABILITIES, List.of(outputs)).addAttribute(whole("axis", 1)));
        graph.addInitializer(texts(OWN + "classes", (Iterable<String>) classes.names()));
        graph.addNode(node("ArgMax", OWN + "largest", List.of(outputs))
                .addAttribute(whole("axis", 1))
                .addAttribute(whole("keepdims", 0)));
        graph.addNode(node("Gather", LABEL, List.of(OWN + "classes", OWN + "largest")));
        graph.addOutput(value(PROBABILITIES, FLOAT, classes.names().size()));
        graph.addOutput(value(LABEL, STRING));
    }
}
