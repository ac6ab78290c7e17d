package org.o365relay.rewrite;

import java.util.Map;

/// Names files that have no name.
final class DefaultFileName {

    private static final Map<String, String> EXTENSIONS = Map.ofEntries(
            Map.entry("text/plain", "txt"),
            Map.entry("text/calendar", "ics"),
            Map.entry("text/vcard", "vcf"),
            Map.entry("text/x-vcard", "vcf"),
            Map.entry("image/jpeg", "jpg"),
            Map.entry("image/pjpeg", "jpg"),
            Map.entry("image/tiff", "tif"),
            Map.entry("image/svg+xml", "svg"),
            Map.entry("audio/mpeg", "mp3"),
            Map.entry("audio/x-wav", "wav"),
            Map.entry("application/msword", "doc"),
            Map.entry("application/vnd.ms-excel", "xls"),
            Map.entry("application/vnd.ms-powerpoint", "ppt"),
            Map.entry("application/vnd.openxmlformats-officedocument.wordprocessingml.document", "docx"),
            Map.entry("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx"),
            Map.entry("application/vnd.openxmlformats-officedocument.presentationml.presentation", "pptx"),
            Map.entry("application/x-zip-compressed", "zip"),
            Map.entry("application/gzip", "gz"),
            Map.entry("application/octet-stream", "dat"));

    private DefaultFileName() {}

    /// @param type media type in lower case
    /// @return `attachment` with the usual extension for the type: that of the table, otherwise a short subtype
    ///     such as `pdf`, otherwise `dat`
    static String of(String type) {
        String subtype = type.substring(type.indexOf('/') + 1);
        String extension = EXTENSIONS.getOrDefault(type, subtype.matches("[a-z0-9]{2,4}") ? subtype : "dat");
        return "attachment." + extension;
    }
}
