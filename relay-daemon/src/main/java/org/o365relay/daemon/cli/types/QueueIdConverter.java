package org.o365relay.daemon.cli.types;

import org.o365relay.mail.QueueId;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/// Converts a queue ID: 13 letters and digits.
public final class QueueIdConverter implements ITypeConverter<QueueId> {

    @Override
    public QueueId convert(String text) {
        return QueueId.parse(text)
                .orElseThrow(() -> new TypeConversionException("'" + text
                        + "' is not a queue ID; a queue ID is 13 letters and digits, as shown in the log and by"
                        + " \"queue list\""));
    }
}
