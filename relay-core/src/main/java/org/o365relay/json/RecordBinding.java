package org.o365relay.json;

import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import com.fasterxml.jackson.databind.cfg.MapperConfig;
import com.fasterxml.jackson.databind.introspect.Annotated;
import com.fasterxml.jackson.databind.introspect.AnnotatedClass;
import com.fasterxml.jackson.databind.introspect.AnnotatedParameter;
import com.fasterxml.jackson.databind.introspect.JacksonAnnotationIntrospector;
import com.fasterxml.jackson.databind.jsontype.NamedType;
import java.lang.reflect.AnnotatedType;
import java.lang.reflect.Executable;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Derives the JSON form of records, sealed interfaces and enums from their declarations, so that they need few
/// Jackson annotations.
final class RecordBinding extends JacksonAnnotationIntrospector {

    private static final long serialVersionUID = 1;

    @Override
    public JsonSetter.Value findSetterInfo(Annotated member) {
        if (!(member instanceof AnnotatedParameter parameter) || isNullable(parameter)) {
            return super.findSetterInfo(member);
        }
        return Collection.class.isAssignableFrom(parameter.getRawType())
                ? JsonSetter.Value.construct(Nulls.AS_EMPTY, Nulls.FAIL)
                : JsonSetter.Value.forValueNulls(Nulls.FAIL);
    }

    private static boolean isNullable(AnnotatedParameter parameter) {
        AnnotatedType[] types = ((Executable) parameter.getOwner().getMember()).getAnnotatedParameterTypes();
        return types[parameter.getIndex()].isAnnotationPresent(Nullable.class);
    }

    @Override
    public String[] findEnumValues(MapperConfig<?> config, AnnotatedClass type, Enum<?>[] constants, String[] names) {
        return Stream.of(constants)
                .map(constant -> constant.name().toLowerCase(Locale.ROOT).replace('_', '-'))
                .toArray(String[]::new);
    }

    @Override
    public @Nullable List<NamedType> findSubtypes(Annotated type) {
        Class<?> sealed = type.getRawType();
        return sealed.isSealed()
                ? Stream.of(sealed.getPermittedSubclasses()).map(NamedType::new).toList()
                : super.findSubtypes(type);
    }

    /// @return `two-words` for `TwoWords`
    @Override
    public String findTypeName(AnnotatedClass alternative) {
        return alternative
                .getRawType()
                .getSimpleName()
                .replaceAll("(?<=[a-z])(?=[A-Z])", "-")
                .toLowerCase(Locale.ROOT);
    }
}
