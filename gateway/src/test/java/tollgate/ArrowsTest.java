package tollgate;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The house's arrows: what each room may import of the others. */
class ArrowsTest {
    /** A room, and the rooms it may know. Prices are a library that every room may use. */
    private static final Map<String, Set<String>> ARROWS = Map.ofEntries(
            Map.entry("dialect", Set.of()),
            Map.entry("http", Set.of()),
            Map.entry("wallet", Set.of()),
            Map.entry("journal", Set.of("wallet")),
            Map.entry("metering", Set.of("dialect", "wallet")),
            Map.entry("identity", Set.of()),
            Map.entry("proxy", Set.of("http", "dialect", "metering", "wallet", "journal", "identity", "account")),
            Map.entry("records", Set.of()),
            Map.entry("books", Set.of("wallet", "journal", "records")),
            Map.entry("account", Set.of("identity", "records", "wallet", "dialect", "metering")),
            Map.entry("admin", Set.of("identity", "wallet", "records", "books", "account")),
            Map.entry("simulator", Set.of("http")),
            Map.entry("config", Set.of("dialect")),
            Map.entry("embedded", Set.of()),
            Map.entry("doctor", Set.of("wallet", "records")),
            Map.entry("cli", Set.of()));

    private static final JavaClasses GATEWAY = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("tollgate")
            .that(DescribedPredicate.describe(
                    "are the gateway's", each -> !each.getPackageName().startsWith("tollgate.pricing")));

    @Test
    void every_room_imports_only_what_its_line_names() {
        Map<String, Set<String>> forbidden = new TreeMap<>();
        for (JavaClass from : GATEWAY) {
            String room = room(from);
            if (room.isEmpty()) {
                continue;
            }
            assertThat(ARROWS).as(from.getName()).containsKey(room);
            Set<String> others = from.getDirectDependenciesFromSelf().stream()
                    .map(dependency -> dependency.getTargetClass().getBaseComponentType())
                    .filter(target -> target.getPackageName().startsWith("tollgate"))
                    .map(ArrowsTest::room)
                    .filter(target -> !target.equals(room) && !target.equals("pricing") && !target.isEmpty())
                    .collect(Collectors.toCollection(TreeSet::new));
            others.removeAll(ARROWS.getOrDefault(room, Set.of()));
            if (!others.isEmpty()) {
                forbidden.put(from.getName(), others);
            }
        }
        assertThat(forbidden).isEmpty();
    }

    @Test
    void a_dialect_knows_no_channels_and_only_those_who_touch_the_world_know_its_clients() {
        noClasses()
                .that()
                .resideInAPackage("tollgate.dialect..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.netty.channel..", "io.netty.handler..")
                .check(GATEWAY);
        noClasses()
                .that()
                .resideOutsideOfPackages("tollgate", "tollgate.wallet..", "tollgate.books..", "tollgate.admin..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.lettuce..")
                .check(GATEWAY);
        noClasses()
                .that()
                .resideOutsideOfPackages("tollgate.records..", "tollgate.books..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("org.jdbi..", "java.sql..")
                .check(GATEWAY);
    }

    @Test
    void no_floating_point_is_near_money() {
        for (JavaClass each : GATEWAY) {
            if (List.of("wallet", "journal", "metering", "books", "records", "account")
                    .contains(room(each))) {
                assertThat(each.getFields())
                        .as(each.getName())
                        .noneMatch(
                                field -> field.getRawType().getName().matches("double|float|java.lang.(Double|Float)"));
                assertThat(each.getMethods())
                        .as(each.getName())
                        .noneMatch(method -> method.getRawReturnType().getName().matches("double|float"));
            }
        }
    }

    private static String room(JavaClass of) {
        String name = of.getPackageName();
        if (!name.startsWith("tollgate.")) {
            return "";
        }
        String rest = name.substring("tollgate.".length());
        int dot = rest.indexOf('.');
        return dot < 0 ? rest : rest.substring(0, dot);
    }
}
