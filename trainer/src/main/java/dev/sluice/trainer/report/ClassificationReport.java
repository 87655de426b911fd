package dev.sluice.trainer.report;

import dev.sluice.trainer.json.JsonText;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * What the probabilities of a classification's test rows show: which class is taken for which, how each one is told from the
 * others at any threshold, whether probabilities mean what they say, and which rows went wrong. Immutable.
 */
public final class ClassificationReport {
    /** Bins of confidence, of equal width. */
    static final int BINS = 10;

    private static final int MOST_POINTS = 100;
    private static final int SAMPLES = 20;

    private final List<String> classes;
    private final double[][] probabilities;
    private final int[] labels;
    private final int[][] confusion;
    private final List<Curves> curves;
    private final List<Bin> bins;

    /**
     * How a class is told from all others, from the strictest threshold to the laxest; thinned for the eye.
     *
     * @param name of the class
     * @param rows of the class, >= 0
     * @param area under the receiver operating characteristic; NaN where all or none of the rows are of the class
     * @param averagePrecision the mean of precision over recall, a step at a time; NaN where no row is of the class
     * @param roc points of false alarms and hits, as shares of the other rows and of the class's
     * @param precisionRecall points of recall and precision
     */
    record Curves(
            String name,
            int rows,
            double area,
            double averagePrecision,
            List<double[]> roc,
            List<double[]> precisionRecall) {}

    /**
     * Rows whose prediction is of about one confidence.
     *
     * @param rows how many
     * @param confidence mean of the predicted classes' probabilities; NaN if there are none
     * @param accuracy share that is right; NaN if there are none
     */
    record Bin(int rows, double confidence, double accuracy) {}

    private ClassificationReport(List<String> classes, double[][] probabilities, int[] labels) {
        this.classes = List.copyOf(classes);
        this.probabilities = probabilities;
        this.labels = labels;
        this.confusion = new int[classes.size()][classes.size()];
        for (int row = 0; row < labels.length; row++) {
            confusion[labels[row]][predicted(row)]++;
        }
        this.curves = IntStream.range(0, classes.size()).mapToObj(this::curves).toList();
        this.bins = bins();
    }

    /**
     * The report of some rows.
     *
     * @param classes names, in the order of the probabilities
     * @param probabilities {@code [rows][classes]}, finite
     * @param labels the class of each row
     */
    public static ClassificationReport of(List<String> classes, double[][] probabilities, int[] labels) {
        if (probabilities.length != labels.length || labels.length == 0) {
            throw new IllegalArgumentException("a report takes as many labels as rows, at least one, was "
                    + labels.length + " and " + probabilities.length);
        }
        return new ClassificationReport(classes, probabilities, labels);
    }

    List<String> classes() {
        return classes;
    }

    int[][] confusion() {
        return confusion;
    }

    List<Curves> curves() {
        return curves;
    }

    List<Bin> calibration() {
        return bins;
    }

    /**
     * The mean distance of confidence and accuracy over all rows, by bins (Guo, Pleiss, Sun, Weinberger, "On Calibration of Modern
     * Neural Networks", 2017, equation 3).
     */
    double calibrationError() {
        double sum = 0;
        for (Bin bin : bins) {
            if (bin.rows() > 0) {
                sum += bin.rows() * Math.abs(bin.accuracy() - bin.confidence());
            }
        }
        return sum / labels.length;
    }

    /** The files of the report by name: texts in UTF-8. */
    public Map<String, String> files() {
        Map<String, String> files = new LinkedHashMap<>();
        files.put("confusion.csv", confusionCsv());
        files.put("curves.json", JsonText.write(curvesTree()) + "\n");
        files.put("calibration.json", JsonText.write(calibrationTree()) + "\n");
        files.put("samples.json", JsonText.write(samplesTree()) + "\n");
        files.put("report.svg", ReportPicture.of(this));
        return files;
    }

    private int predicted(int row) {
        double[] shares = probabilities[row];
        int largest = 0;
        for (int i = 1; i < shares.length; i++) {
            if (shares[i] > shares[largest]) {
                largest = i;
            }
        }
        return largest;
    }

    /** Rows of the file are the true classes, columns the predicted ones. */
    private String confusionCsv() {
        StringBuilder text = new StringBuilder("true\\predicted");
        classes.forEach(name -> text.append(',').append(cell(name)));
        text.append('\n');
        for (int label = 0; label < classes.size(); label++) {
            text.append(cell(classes.get(label)));
            for (int count : confusion[label]) {
                text.append(',').append(count);
            }
            text.append('\n');
        }
        return text.toString();
    }

    private static String cell(String text) {
        return text.matches("[^\",\r\n]*") ? text : '"' + text.replace("\"", "\"\"") + '"';
    }

    private Curves curves(int of) {
        int[] order = IntStream.range(0, labels.length)
                .boxed()
                .sorted(Comparator.comparingDouble(row -> -probabilities[row][of]))
                .mapToInt(Integer::intValue)
                .toArray();
        int positives = (int) IntStream.of(labels).filter(label -> label == of).count();
        int negatives = labels.length - positives;
        List<double[]> roc = new ArrayList<>(List.of(new double[] {0, 0}));
        List<double[]> precisionRecall = new ArrayList<>();
        double area = 0;
        double averagePrecision = 0;
        int hits = 0;
        int alarms = 0;
        for (int i = 0; i < order.length; ) {
            int hitsBefore = hits;
            int alarmsBefore = alarms;
            double threshold = probabilities[order[i]][of];
            for (; i < order.length && probabilities[order[i]][of] == threshold; i++) { // ties fall together
                if (labels[order[i]] == of) {
                    hits++;
                } else {
                    alarms++;
                }
            }
            area += (alarms - alarmsBefore) * (hits + hitsBefore) / 2.0;
            double precision = hits / (double) (hits + alarms);
            averagePrecision += (hits - hitsBefore) * precision;
            roc.add(new double[] {alarms / (double) Math.max(1, negatives), hits / (double) Math.max(1, positives)});
            precisionRecall.add(new double[] {hits / (double) Math.max(1, positives), precision});
        }
        return new Curves(
                classes.get(of),
                positives,
                area / positives / negatives, // NaN where one of them is 0: so is the area
                averagePrecision / positives,
                thinned(roc),
                thinned(precisionRecall));
    }

    /** At most so many points, the first and the last among them. */
    private static List<double[]> thinned(List<double[]> points) {
        if (points.size() <= MOST_POINTS) {
            return List.copyOf(points);
        }
        return IntStream.range(0, MOST_POINTS)
                .mapToObj(i -> points.get((int) ((long) i * (points.size() - 1) / (MOST_POINTS - 1))))
                .toList();
    }

    private List<Bin> bins() {
        int[] rows = new int[BINS];
        double[] confidence = new double[BINS];
        int[] right = new int[BINS];
        for (int row = 0; row < labels.length; row++) {
            int predicted = predicted(row);
            double share = probabilities[row][predicted];
            int bin = Math.min(BINS - 1, (int) (share * BINS));
            rows[bin]++;
            confidence[bin] += share;
            right[bin] += predicted == labels[row] ? 1 : 0;
        }
        return IntStream.range(0, BINS)
                .mapToObj(bin -> new Bin(rows[bin], confidence[bin] / rows[bin], right[bin] / (double) rows[bin]))
                .toList();
    }

    private Object curvesTree() {
        return Map.of(
                "classes",
                curves.stream()
                        .map(curve -> {
                            Map<String, Object> tree = new LinkedHashMap<>();
                            tree.put("name", curve.name());
                            tree.put("rows", curve.rows());
                            tree.put("rocAuc", curve.area());
                            tree.put("averagePrecision", curve.averagePrecision());
                            tree.put("roc", points("falsePositiveRate", "truePositiveRate", curve.roc()));
                            tree.put("precisionRecall", points("recall", "precision", curve.precisionRecall()));
                            return tree;
                        })
                        .toList());
    }

    private static Map<String, Object> points(String x, String y, List<double[]> points) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put(x, points.stream().map(point -> point[0]).toList());
        tree.put(y, points.stream().map(point -> point[1]).toList());
        return tree;
    }

    private Object calibrationTree() {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("expectedCalibrationError", calibrationError());
        List<Object> list = new ArrayList<>();
        for (int bin = 0; bin < BINS; bin++) {
            Map<String, Object> entry = new LinkedHashMap<>();
            entry.put("from", bin / (double) BINS);
            entry.put("to", (bin + 1) / (double) BINS);
            entry.put("rows", bins.get(bin).rows());
            entry.put("confidence", bins.get(bin).confidence());
            entry.put("accuracy", bins.get(bin).accuracy());
            list.add(entry);
        }
        tree.put("bins", list);
        return tree;
    }

    /** The rows that are wrong, the surest first; and the right ones, the least sure first. */
    private Object samplesTree() {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("wrong", samples(false, Comparator.comparingDouble(row -> -probabilities[row][predicted(row)])));
        tree.put("unsure", samples(true, Comparator.comparingDouble(row -> probabilities[row][predicted(row)])));
        return tree;
    }

    private List<Object> samples(boolean isRight, Comparator<Integer> order) {
        return IntStream.range(0, labels.length)
                .filter(row -> (predicted(row) == labels[row]) == isRight)
                .boxed()
                .sorted(order)
                .limit(SAMPLES)
                .map(row -> {
                    Map<String, Object> entry = new LinkedHashMap<>();
                    entry.put("row", row);
                    entry.put("label", classes.get(labels[row]));
                    entry.put("predicted", classes.get(predicted(row)));
                    entry.put("probability", probabilities[row][predicted(row)]);
                    entry.put("probabilityOfLabel", probabilities[row][labels[row]]);
                    return (Object) entry;
                })
                .toList();
    }
}
