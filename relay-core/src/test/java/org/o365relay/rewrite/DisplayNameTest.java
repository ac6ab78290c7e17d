package org.o365relay.rewrite;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class DisplayNameTest {

    private static final String CHARACTERS = "A1 -_.@=?\t\u00A0";

    /// A final control character is removed, but excludes the name from the check for simple names.
    @Test
    void cleansSimpleNamesLikeOthers() {
        for (String name : names(4)) {
            assertThat(DisplayName.cleaned(name)).isEqualTo(DisplayName.cleaned(name + "\0"));
        }
    }

    @Test
    void collapsesSpaces() {
        assertThat(DisplayName.cleaned("Scanner   2")).isEqualTo("Scanner 2");
    }

    /// @return all names of up to this length
    private static List<String> names(int length) {
        List<String> names = new ArrayList<>(List.of(""));
        List<String> longest = names;
        for (int i = 0; i < length; i++) {
            longest = longest.stream()
                    .flatMap(name -> CHARACTERS.chars().mapToObj(c -> name + (char) c))
                    .toList();
            names.addAll(longest);
        }
        return names;
    }
}
