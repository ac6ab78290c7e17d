package org.o365relay.daemon.cli.types;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/// Converts a TCP port, 0 to 65535.
public final class PortConverter implements ITypeConverter<Integer> {

    @Override
    public Integer convert(String text) {
        if (!text.matches("\\d{1,5}") || Integer.parseInt(text) > 65_535) {
            throw new TypeConversionException("'" + text + "' is not a port (0 to 65535)");
        }
        return Integer.valueOf(text);
    }
}
