package tollgate;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;

/** Takes too long for the plain test command: runs in {@code .ci/run}'s wider suites, which set {@code TOLLGATE_FULL}. */
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
@Tag("wide")
@EnabledIfEnvironmentVariable(
        named = Breadth.VARIABLE,
        matches = ".+",
        disabledReason = "takes long: runs where TOLLGATE_FULL is set, as by .ci/run")
public @interface Wide {}
