package tollgate.records;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.sql.SQLException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;
import tollgate.TestBooks;

/** Freezes in the books: whom they are for, whose policy numbers they raise, and who said so. */
@ParameterizedClass(name = "{0}")
@EnumSource
@SuppressWarnings("NullAway.Init") // opened before each test
class ModelFreezesTest {
    @Parameter
    TestBooks kind = TestBooks.SQLITE;

    @TempDir
    Path folder;

    private Records records;

    @BeforeParameterizedClassInvocation
    static void ask(TestBooks kind) {
        kind.assumeHere();
    }

    @BeforeEach
    void open() throws SQLException {
        records = TestBooks.open(kind.address(folder));
        records.organisations().named("one", "o_1", 1, 0);
        records.organisations().named("other", "o_2", 2, 0);
    }

    @AfterEach
    void close() {
        records.close();
    }

    @Test
    void a_freeze_raises_the_policy_of_whom_it_is_for_again_however_often_it_is_asked() {
        ModelFreezes.Frozen mine = freeze("f_1", "o_1", "gpt-*", 1);
        assertThat(policies()).isEqualTo("1 0");
        assertThat(freeze("f_2", "o_1", "gpt-*", 2)).as("the same").isEqualTo(mine);
        assertThat(policies()).as("whoever was interrupted asks again").isEqualTo("2 0");
        freeze("f_3", "", "gpt-*", 3);
        freeze("f_4", "", "claude", 4);
        assertThat(policies()).isEqualTo("4 2");
        assertThat(records.modelFreezes().above("o_1")).containsExactly("claude", "gpt-*");
        assertThat(records.modelFreezes().above("o_2")).containsExactly("claude", "gpt-*");
        assertThat(records.modelFreezes().lift("f_3", new Audit.Word("bob", "over", 5)))
                .isPresent();
        assertThat(records.modelFreezes().above("o_2")).containsExactly("claude");
        assertThat(records.modelFreezes().above("o_1")).as("its own stays").containsExactly("claude", "gpt-*");
        assertThat(policies()).isEqualTo("5 3");
        assertThat(records.modelFreezes().lift("f_3", new Audit.Word("bob", "again", 6)))
                .isEmpty();
        assertThat(records.audit().list("model:gpt-*", "", 9).data())
                .extracting(each -> each.action() + " " + each.actor() + " " + each.reason() + " " + each.atMs())
                .containsExactly("freeze ann why 3", "unfreeze bob over 5");
        assertThat(records.audit().list("", "", 4).data())
                .extracting(Audit.Entry::atMs)
                .containsExactly(1L, 2L, 3L, 4L);
    }

    private ModelFreezes.Frozen freeze(String id, String organisation, String model, long atMs) {
        return records.modelFreezes().freeze(new ModelFreezes.Frozen(id, organisation, model, "why", "ann", atMs));
    }

    private String policies() {
        return records.organisations().find("o_1").orElseThrow().policy() + " "
                + records.organisations().find("o_2").orElseThrow().policy();
    }
}
