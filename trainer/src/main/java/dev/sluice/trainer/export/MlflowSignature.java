package dev.sluice.trainer.export;

import dev.sluice.trainer.data.ModelForm;
import dev.sluice.trainer.data.Preparation;
import dev.sluice.trainer.data.Target;
import dev.sluice.trainer.json.JsonText;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What a model takes and gives, in the words of MLflow's signatures; as texts within YAML's single quotes. */
final class MlflowSignature {
    private MlflowSignature() {}

    static String inputs(ModelForm form) {
        return quoted(
                switch (form.input()) {
                    case Preparation.AsIs rows -> List.of(tensor("", "float32", List.of(rows.numbers())));
                    case Preparation.Pixels pixels -> List.of(tensor("", "uint8", ModelSample.shape(pixels)));
                    case Preparation.Columns columns -> {
                        // tensors, not MLflow's columns: of those it passes on what onnxruntime does not take
                        List<Integer> shape = columns.columns().size() == 1 ? List.of(1) : List.of();
                        yield columns.columns().stream()
                                .map(column -> tensor(
                                        column.name(),
                                        switch (column) {
                                            case Preparation.NumberColumn ignored -> "float64";
                                            case Preparation.CategoryColumn ignored -> "object";
                                        },
                                        shape))
                                .toList();
                    }
                });
    }

    /** Numbers in single precision, of this shape without the axis of rows. */
    static String numbers(List<Integer> shape) {
        return quoted(List.of(tensor("", "float32", shape)));
    }

    static String outputs(ModelForm form, int outputs) {
        if (form.input() instanceof Preparation.AsIs) {
            return quoted(List.of(tensor("", "float32", List.of(outputs))));
        }
        List<Object> all = new ArrayList<>();
        if (form.input() instanceof Preparation.Pixels) {
            all.add(tensor(OnnxExporter.OUTPUT, "float32", List.of(outputs)));
        }
        switch (form.output()) {
            case Target.Quantity ignored -> all.add(tensor(OnnxForm.PREDICTION, "float32", List.of()));
            case Target.Classes ignored -> {
                all.add(tensor(OnnxForm.PROBABILITIES, "float32", List.of(outputs)));
                all.add(tensor(OnnxForm.LABEL, "object", List.of()));
            }
        }
        return quoted(all);
    }

    private static Map<String, Object> tensor(String name, String type, List<Integer> shape) {
        List<Object> lengths = new ArrayList<>(List.of(-1));
        lengths.addAll(shape);
        Map<String, Object> spec = new LinkedHashMap<>();
        spec.put("dtype", type);
        spec.put("shape", lengths);
        Map<String, Object> tensor = new LinkedHashMap<>();
        if (!name.isEmpty()) {
            tensor.put("name", name);
        }
        tensor.put("type", "tensor");
        tensor.put("tensor-spec", spec);
        return tensor;
    }

    /** JSON in letters that YAML takes as they are. */
    private static String quoted(List<?> tree) {
        StringBuilder text = new StringBuilder();
        for (char c : JsonText.write(tree).toCharArray()) {
            if (c == '\'') {
                text.append("''");
            } else if (c < ' ' || c > '~') {
                text.append("\\u%04x".formatted((int) c));
            } else {
                text.append(c);
            }
        }
        return text.toString();
    }
}
