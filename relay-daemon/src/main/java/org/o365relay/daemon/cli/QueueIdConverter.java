package org.o365relay.daemon.cli;

import org.o365relay.mail.QueueId;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/// What a message is called: 13 letters and digits.
final class QueueIdConverter implements ITypeConverter<QueueId> {

    @Override
    public QueueId convert(String text) {
        return QueueId.parse(text)
                .orElseThrow(() -> new TypeConversionException("'" + text
                        + "' is not what a message is called; that is 13 letters and digits, as \"queue list\" and the"
                        + " log show them"));
    }
}
