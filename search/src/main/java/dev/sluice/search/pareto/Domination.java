package dev.sluice.search.pareto;

/** Comparisons of rows of costs without NaN. */
final class Domination {
    private Domination() {}

    /** Whether {@code a} is nowhere worse than {@code b}. */
    static boolean isNoWorse(double[] a, double[] b) {
        for (int i = 0; i < a.length; i++) {
            if (a[i] > b[i]) {
                return false;
            }
        }
        return true;
    }

    /** Whether {@code a} is nowhere worse and somewhere better. */
    static boolean dominates(double[] a, double[] b) {
        return isNoWorse(a, b) && compare(a, b) != 0;
    }

    /** By the first objective, of equals by the next, and so on. */
    static int compare(double[] a, double[] b) {
        for (int i = 0; i < a.length; i++) {
            // not Double.compare: the two zeros are equal costs
            if (a[i] != b[i]) {
                return a[i] < b[i] ? -1 : 1;
            }
        }
        return 0;
    }
}
