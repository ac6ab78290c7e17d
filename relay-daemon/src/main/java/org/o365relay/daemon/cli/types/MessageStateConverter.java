package org.o365relay.daemon.cli.types;

import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.o365relay.daemon.report.StateTexts;
import org.o365relay.queue.MessageState;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/// Converts a message state; lists the states for help and completion.
public final class MessageStateConverter implements Iterable<String>, ITypeConverter<MessageState> {

    private static final List<String> NAMES =
            Stream.of(MessageState.values()).map(StateTexts::key).toList();

    @Override
    public Iterator<String> iterator() {
        return NAMES.iterator();
    }

    @Override
    public MessageState convert(String text) {
        return Stream.of(MessageState.values())
                .filter(state -> StateTexts.key(state).equals(text.toLowerCase(Locale.ROOT)))
                .findFirst()
                .orElseThrow(() -> new TypeConversionException(
                        "'" + text + "' is not a state; the states are " + String.join(", ", NAMES)));
    }
}
