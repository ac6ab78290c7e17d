package org.o365relay.admit;

/// A pattern in which `*` matches any number of characters. The time to match is at most proportional to
/// pattern length × text length.
record Glob(String pattern) {

    boolean matches(String text) {
        int p = 0;
        int star = -1;
        int tried = 0;
        for (int t = 0; t < text.length(); ) {
            if (isStar(p)) {
                star = p++;
                tried = t;
            } else if (p < pattern.length() && pattern.charAt(p) == text.charAt(t)) {
                p++;
                t++;
            } else if (star >= 0) {
                p = star + 1; // backtracking to the last star suffices: earlier stars matched as little as possible
                t = ++tried;
            } else {
                return false;
            }
        }
        while (isStar(p)) {
            p++;
        }
        return p == pattern.length();
    }

    private boolean isStar(int at) {
        return at < pattern.length() && pattern.charAt(at) == '*';
    }
}
