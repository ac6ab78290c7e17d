package org.o365relay.admit;

/// A text in which `*` stands for any number of characters, also none. Takes at most as many steps as pattern and
/// text have characters multiplied, whatever they are.
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
                p = star + 1; // only the last star needs to take one more: the earlier ones took the least they could
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
