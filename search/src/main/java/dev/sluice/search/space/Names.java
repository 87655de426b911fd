package dev.sluice.search.space;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The names of a point's parameters in order, shared by all points that have the same. Immutable and thread-safe. */
final class Names {
    /** Up to so many it is quicker to look through them, since names are mostly the very objects of the space. */
    private static final int FEW = 8;

    private final String[] names;
    private final Map<String, Integer> places;

    /** Takes the array over; none twice. */
    Names(String[] names) {
        this.names = names;
        this.places = HashMap.newHashMap(names.length > FEW ? names.length : 0);
        for (int i = 0; i < names.length && names.length > FEW; i++) {
            places.put(names[i], i);
        }
    }

    /** Whether it is the very same object, as it is where points share it. */
    @SuppressWarnings("ReferenceEquality")
    boolean is(Names other) {
        return this == other;
    }

    String get(int place) {
        return names[place];
    }

    /** The place of a name, -1 if it is not among them. */
    int find(@Nullable Object name) {
        if (names.length > FEW) {
            return places.getOrDefault(name, -1);
        }
        for (int i = 0; i < names.length; i++) {
            if (names[i].equals(name)) {
                return i;
            }
        }
        return -1;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Names that && Arrays.equals(names, that.names);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(names);
    }

    @Override
    public String toString() {
        return Arrays.toString(names);
    }
}
