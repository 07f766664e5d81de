package tollgate.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class QueryTest {
    @ParameterizedTest
    @CsvSource({
        "a=1&key=k&b=2,        /p?a=1&b=2",
        "key=k,                /p",
        "key,                  /p",
        "%6Bey=k&a=1,          /p?a=1",
        "a=1&k%65%79=k,        /p?a=1",
        "%6B%65%79,            /p",
        "keys=1&monkey=2,      /p?keys=1&monkey=2",
        "a=key&%zz=1,          /p?a=key&%zz=1",
    })
    void the_key_never_goes_upstream_however_its_name_is_spelled(String query, String target) {
        assertThat(Query.target("/p", query)).isEqualTo(target);
    }

    @Test
    void of_a_clients_query_only_the_version_is_kept_where_we_ask_on_our_own_account() {
        assertThat(Query.version("stream=true&api-version=2024-10-21&include=x"))
                .isEqualTo("api-version=2024-10-21");
        assertThat(Query.version("stream=true")).isNull();
        assertThat(Query.version(null)).isNull();
    }
}
