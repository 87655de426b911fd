package dev.sluice.trainer.report;

import dev.sluice.trainer.report.ClassificationReport.Bin;
import dev.sluice.trainer.report.ClassificationReport.Curves;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;

/** A report as one picture: SVG, which needs neither a screen nor fonts here. */
final class ReportPicture {
    private static final int SIDE = 300;
    private static final int MARGIN = 60;
    private static final int FIELD = SIDE + 2 * MARGIN;
    private static final int MOST_NAMES = 20; // more would not be readable
    private static final int LONGEST_NAME = 8;
    private static final List<String> COLORS = List.of(
            "#1f77b4", "#ff7f0e", "#2ca02c", "#d62728", "#9467bd", "#8c564b", "#e377c2", "#7f7f7f", "#bcbd22",
            "#17becf");

    private final StringBuilder text = new StringBuilder();

    private ReportPicture() {}

    static String of(ClassificationReport report) {
        ReportPicture picture = new ReportPicture();
        picture.line(
                "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" font-family=\"sans-serif\" font-size=\"11\">",
                2 * FIELD, 2 * FIELD);
        picture.line("<rect width=\"%d\" height=\"%d\" fill=\"white\"/>", 2 * FIELD, 2 * FIELD);
        picture.field(0, 0, "Confusion: true class down, predicted across");
        picture.confusion(report);
        picture.endField();
        picture.field(1, 0, "Calibration: expected error " + number(report.calibrationError()));
        picture.axes("confidence", "accuracy");
        picture.calibration(report.calibration());
        picture.endField();
        picture.field(0, 1, "ROC: each class against the others");
        picture.axes("false alarms", "hits");
        picture.curves(report.curves(), Curves::roc, Curves::area, false);
        picture.endField();
        picture.field(1, 1, "Precision over recall");
        picture.axes("recall", "precision");
        picture.curves(report.curves(), Curves::precisionRecall, Curves::averagePrecision, true);
        picture.endField();
        picture.text.append("</svg>\n");
        return picture.text.toString();
    }

    private void field(int column, int row, String title) {
        line("<g transform=\"translate(%d %d)\">", column * FIELD + MARGIN, row * FIELD + MARGIN);
        line("<text x=\"0\" y=\"-30\" font-size=\"14\">%s</text>", escaped(title));
    }

    private void endField() {
        text.append("</g>\n");
    }

    private void axes(String x, String y) {
        line("<rect width=\"%d\" height=\"%d\" fill=\"none\" stroke=\"#888\"/>", SIDE, SIDE);
        for (int tick = 0; tick <= 4; tick++) {
            line(
                    "<text x=\"%d\" y=\"%d\" text-anchor=\"middle\">%s</text>",
                    tick * SIDE / 4, SIDE + 14, String.format(Locale.ROOT, "%.2f", tick / 4.0));
            line(
                    "<text x=\"-6\" y=\"%d\" text-anchor=\"end\">%s</text>",
                    SIDE - tick * SIDE / 4 + 4, String.format(Locale.ROOT, "%.2f", tick / 4.0));
        }
        line("<text x=\"%d\" y=\"%d\" text-anchor=\"middle\">%s</text>", SIDE / 2, SIDE + 30, x);
        line("<text transform=\"translate(-40 %d) rotate(-90)\" text-anchor=\"middle\">%s</text>", SIDE / 2, y);
    }

    private void confusion(ClassificationReport report) {
        int[][] counts = report.confusion();
        int classes = counts.length;
        double cell = SIDE / (double) classes;
        for (int label = 0; label < classes; label++) {
            int rows = Math.max(1, Arrays.stream(counts[label]).sum());
            for (int predicted = 0; predicted < classes; predicted++) {
                int count = counts[label][predicted];
                if (count == 0) {
                    continue;
                }
                double share = count / (double) rows;
                line(
                        "<rect x=\"%.2f\" y=\"%.2f\" width=\"%.2f\" height=\"%.2f\" fill=\"%s\" fill-opacity=\"%.3f\"/>",
                        predicted * cell,
                        label * cell,
                        cell,
                        cell,
                        label == predicted ? "#2ca02c" : "#d62728",
                        0.1 + 0.9 * share);
                if (classes <= MOST_NAMES) {
                    line(
                            "<text x=\"%.2f\" y=\"%.2f\" text-anchor=\"middle\" font-size=\"%d\">%d</text>",
                            (predicted + 0.5) * cell, (label + 0.5) * cell + 3, classes > 10 ? 7 : 10, count);
                }
            }
            if (classes <= MOST_NAMES) {
                String name = escaped(shortened(report.classes().get(label)));
                line(
                        "<text x=\"-4\" y=\"%.2f\" text-anchor=\"end\" font-size=\"9\">%s</text>",
                        (label + 0.5) * cell + 3, name);
                line(
                        "<text x=\"%.2f\" y=\"%d\" text-anchor=\"middle\" font-size=\"9\">%s</text>",
                        (label + 0.5) * cell, SIDE + 12, name);
            }
        }
        line("<rect width=\"%d\" height=\"%d\" fill=\"none\" stroke=\"#888\"/>", SIDE, SIDE);
    }

    private void calibration(List<Bin> bins) {
        double width = SIDE / (double) bins.size();
        for (int bin = 0; bin < bins.size(); bin++) {
            Bin each = bins.get(bin);
            if (each.rows() > 0) {
                line(
                        "<rect x=\"%.2f\" y=\"%.2f\" width=\"%.2f\" height=\"%.2f\" fill=\"#1f77b4\" fill-opacity=\"0.6\"/>",
                        bin * width + 1, SIDE * (1 - each.accuracy()), width - 2, SIDE * each.accuracy());
                line(
                        "<circle cx=\"%.2f\" cy=\"%.2f\" r=\"2\"><title>%d rows</title></circle>",
                        SIDE * each.confidence(), SIDE * (1 - each.accuracy()), each.rows());
            }
        }
        line("<line x1=\"0\" y1=\"%d\" x2=\"%d\" y2=\"0\" stroke=\"#888\" stroke-dasharray=\"4\"/>", SIDE, SIDE);
    }

    private void curves(
            List<Curves> curves,
            Function<Curves, List<double[]>> points,
            Function<Curves, Double> area,
            boolean isLow) {
        int shown = Math.min(COLORS.size(), curves.size());
        for (int place = 0; place < shown; place++) {
            Curves curve = curves.get(place);
            text.append("<polyline fill=\"none\" stroke=\"")
                    .append(COLORS.get(place))
                    .append("\" points=\"");
            for (double[] point : points.apply(curve)) {
                text.append(String.format(Locale.ROOT, "%.2f,%.2f ", SIDE * point[0], SIDE * (1 - point[1])));
            }
            text.append("\"/>\n");
            line(
                    "<text x=\"%d\" y=\"%d\" text-anchor=\"%s\" font-size=\"9\" fill=\"%s\">%s %s</text>",
                    isLow ? 6 : SIDE - 6,
                    SIDE - 6 - 11 * (shown - 1 - place),
                    isLow ? "start" : "end",
                    COLORS.get(place),
                    escaped(shortened(curve.name())),
                    number(area.apply(curve)));
        }
    }

    @SuppressWarnings("AnnotateFormatMethod") // the annotation would be one more dependency
    private void line(String format, Object... values) {
        text.append(String.format(Locale.ROOT, format, values)).append('\n');
    }

    private static String number(double value) {
        return Double.isNaN(value) ? "-" : String.format(Locale.ROOT, "%.3g", value);
    }

    private static String shortened(String name) {
        return name.length() <= LONGEST_NAME ? name : name.substring(0, LONGEST_NAME - 1) + "…";
    }

    /** As XML takes it: names come from files. */
    private static String escaped(String name) {
        StringBuilder escaped = new StringBuilder();
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            switch (c) {
                case '<' -> escaped.append("&lt;");
                case '>' -> escaped.append("&gt;");
                case '&' -> escaped.append("&amp;");
                default -> escaped.append(c < ' ' || Character.isSurrogate(c) || c >= '\uFFFE' ? '?' : c);
            }
        }
        return escaped.toString();
    }
}
