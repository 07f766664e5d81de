package tollgate;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** What the control plane refuses: every route, over sockets, each answer a problem (RFC 9457) that says what was found. */
@SuppressWarnings("NullAway.Init") // started before all tests
class AdminRefusalsTest {
    private static final JsonMapper MAPPER = JsonMapper.builder().build();
    private static final SchemaRegistry SCHEMAS = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12);
    private static final String AUTHORIZED = "Authorization: Bearer " + TestGateway.ADMIN_KEY + "\r\n";
    private static final String JSON = "Content-Type: application/json\r\n";

    @TempDir
    static Path folder;

    private static TestGateway gateway;
    private static TestGateway.Account account;
    private static String key;
    private static JsonNode description;

    @BeforeAll
    static void start() throws Exception {
        gateway = TestGateway.start(folder.resolve("data"));
        account = gateway.account("1.00");
        key = json(raw(head("GET", "/admin/v1/keys?wallet=" + account.wallet(), AUTHORIZED), new byte[0]))
                .path("data")
                .path(0)
                .path("id")
                .asString();
        description = json(raw(head("GET", "/admin/v1/openapi.json", ""), new byte[0]));
    }

    @AfterAll
    static void stop() {
        gateway.close();
    }

    /** An answer as it came. */
    private record Answer(int status, String head, String body) {}

    // W stands for a wallet that is there, K for a key that is; ' for "
    @ParameterizedTest(name = "{0} {1} {2}: {3} {4}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                // the body as a whole
                "POST | /wallets | ``                              | 400 | not a JSON object",
                "POST | /wallets | {                               | 400 | not a JSON object",
                "POST | /wallets | []                              | 400 | not a JSON object",
                "POST | /wallets | null                            | 400 | not a JSON object",
                "POST | /wallets | 7                               | 400 | not a JSON object",
                "POST | /wallets | 'text'                          | 400 | not a JSON object",
                "POST | /wallets | {'name':'n'} {}                 | 400 | not a JSON object",
                "POST | /wallets | {'name':'n'}]                   | 400 | not a JSON object",
                "POST | /wallets | {'name':'n',}                   | 400 | not a JSON object",
                "POST | /wallets | {name:'n'}                      | 400 | not a JSON object",
                "POST | /wallets | {'name':'n'/**/}                | 400 | not a JSON object",
                "POST | /wallets | {'name':'n','name':'m'}         | 400 | not a JSON object",
                "POST | /wallets | {'name':NaN}                    | 400 | not a JSON object",
                "POST | /wallets | {'name':'\\x41'}                | 400 | not a JSON object",
                // wallets
                "POST | /wallets | {}                              | 400 | name: missing",
                "POST | /wallets | {'name':null}                   | 400 | name: missing",
                "POST | /wallets | {'name':7}                      | 400 | name: 7",
                "POST | /wallets | {'name':1e999999999}            | 400 | name:",
                "POST | /wallets | {'name':{}}                     | 400 | name: {}",
                "POST | /wallets | {'name':['n']}                  | 400 | name: [",
                "POST | /wallets | {'name':true}                   | 400 | name: true",
                "POST | /wallets | {'name':''}                     | 400 | name: ''",
                "POST | /wallets | {'name':' \\t'}                 | 400 | name: '",
                "POST | /wallets | {'name':'a\\u0000b'}            | 400 | control",
                "POST | /wallets | {'name':'a\\nb'}                | 400 | control",
                "POST | /wallets | {'name':'a\\u001b[31mb'}        | 400 | control",
                "POST | /wallets | {'name':'a\\u007fb'}            | 400 | control",
                "POST | /wallets | {'name':'a\\u0085b'}            | 400 | control",
                "POST | /wallets | {'name':'a\\u2028b'}            | 400 | control",
                "POST | /wallets | {'name':'a\\ud800'}             | 400 | name",
                "POST | /wallets | {'name':'\\udc00a'}             | 400 | name",
                "POST | /wallets | {'name':'n','frob':1}           | 400 | frob: unknown (expected: name, organization, test)",
                "POST | /wallets | {'name':'n','nam':1}            | 400 | nam: unknown (expected: name)",
                "POST | /wallets | {'name':'n','Test':true}        | 400 | Test: unknown (expected: test)",
                "POST | /wallets | {'name':'n','organisation':'o'} | 400 | (expected: organization)",
                "POST | /wallets | {'name':'n','organization':7}   | 400 | organization: 7",
                "POST | /wallets | {'name':'n','organization':''}  | 400 | organization: ''",
                "POST | /wallets | {'name':'n','organization':'a\\u0000'} | 400 | organization",
                "POST | /wallets | {'name':'n','test':'yes'}       | 400 | test:",
                "POST | /wallets | {'name':'n','test':1}           | 400 | test: 1",
                "POST | /wallets | {'name':'n','test':null}        | 400 | test: null",
                "POST | /wallets?test=true | {'name':'n'}          | 400 | test: unknown",
                "GET  | /wallets?limit=many | `` | 400 | limit: 'many' (expected: 1 to 1000)",
                "GET  | /wallets?limit=0    | `` | 400 | limit: '0'",
                "GET  | /wallets?limit=-1   | `` | 400 | limit: '-1'",
                "GET  | /wallets?limit=1001 | `` | 400 | limit: '1001'",
                "GET  | /wallets?limit=99999999999999999999 | `` | 400 | limit: '9999",
                "GET  | /wallets?limit=1e2  | `` | 400 | limit: '1e2'",
                "GET  | /wallets?limit=٣    | `` | 400 | ",
                "GET  | /wallets?limit=1&limit=2 | `` | 400 | limit: given 2 times",
                "GET  | /wallets?limt=5     | `` | 400 | limt: unknown (expected: limit)",
                "GET  | /wallets?after=%00  | `` | 400 | after",
                "GET  | /wallets?after=w_A' | `` | 400 | after: 'w_A''",
                "GET  | /wallets?after=%27%20OR%201=1 | `` | 400 | after",
                "GET  | /wallets            | {'a':1} | 400 | a: unknown (expected: nothing)",
                "GET  | /wallets/w_x        | `` | 404 | no wallet 'w_x'",
                "GET  | /wallets/%00        | `` | 404 | no wallet",
                "GET  | /wallets/%ff        | `` | 404 | no wallet",
                "GET  | /wallets/..%2fkeys  | `` | 404 | no ",
                "GET  | /wallets/W?frob=1   | `` | 400 | frob: unknown",
                "POST | /wallets/w_x/freeze | `` | 404 | no wallet 'w_x'",
                "POST | /wallets/W/freeze   | {'why':'x'} | 400 | why: unknown (expected: reason)",
                "POST | /wallets/W/freeze   | {'reason':7}  | 400 | reason: 7",
                "POST | /wallets/W/freeze   | {'reason':' '} | 400 | reason: ' '",
                "POST | /model_freezes      | ``          | 400 | not a JSON object",
                "POST | /model_freezes      | {}          | 400 | model: missing",
                "POST | /model_freezes      | {'model':''} | 400 | model: ''",
                "POST | /model_freezes      | {'model':'a\\u0000'} | 400 | control",
                "POST | /model_freezes      | {'model':'m','organization':'o_x'} | 404 | no organization 'o_x'",
                "POST | /model_freezes      | {'model':'m','org':'o'} | 400 | org: unknown (expected: model, organization, reason)",
                "POST | /model_freezes/f_x/lift | ``      | 404 | no freeze of a model 'f_x'",
                "POST | /model_freezes/f_x/lift | {'why':'x'} | 400 | why: unknown (expected: reason)",
                "GET  | /model_freezes?organization=o_x | `` | 404 | no organization 'o_x'",
                "GET  | /wallets/W/statement | `` | 400 | month: '' (expected: a month that has begun, such as 2026-01)",
                "GET  | /wallets/W/statement?month=2026-13 | `` | 400 | month: '2026-13'",
                "GET  | /wallets/W/statement?month=9999-01 | `` | 400 | month: '9999-01'",
                "GET  | /wallets/W/statement?month=1969-12 | `` | 400 | month: '1969-12'",
                "GET  | /wallets/W/statement?month=2026-01&format=xml | `` | 400 | format: 'xml' (expected: json or csv)",
                "GET  | /wallets/w_x/statement?month=2026-01 | `` | 404 | no wallet 'w_x'",
                "GET  | /organizations/o_x/statement?month=2026-01 | `` | 404 | no organization 'o_x'",
                "GET  | /trial_balance?since=x | `` | 400 | since: 'x'",
                "GET  | /audit?subject=%00  | ``          | 400 | control",
                "GET  | /audit?after=A_1    | ``          | 400 | after: 'A_1'",
                "POST | /wallets/W/freeze   | []          | 400 | not a JSON object",
                "POST | /wallets/W/freeze   | x           | 400 | not a JSON object",
                "POST | /wallets/w_x/unfreeze | ``        | 404 | no wallet 'w_x'",
                "POST | /wallets/W/unfreeze | {'why':'x'} | 400 | why: unknown",
                "GET  | /wallets/w_x/entries | ``         | 404 | no wallet 'w_x'",
                "GET  | /wallets/w_x/reconciliation | ``  | 404 | no wallet 'w_x'",
                "GET  | /wallets/W/reconciliation?deep=1 | `` | 400 | deep: unknown",
                "GET  | /wallets/W/entries?after=x  | ``  | 400 | after: 'x' (expected: the last page's next)",
                "GET  | /wallets/W/entries?after=-1 | ``  | 400 | after: '-1'",
                "GET  | /wallets/W/entries?after=9999999999999999999 | `` | 400 | after",
                "GET  | /wallets/W/entries?limit=0  | ``  | 400 | limit: '0'",
                // money
                "POST | /grants | {'amount':'1','reason':'r'}                   | 400 | wallet: missing",
                "POST | /grants | {'wallet':'w_x','amount':'1','reason':'r'}    | 404 | no wallet 'w_x'",
                "POST | /grants | {'wallet':'W','amount':'1'}                   | 400 | reason: missing",
                "POST | /grants | {'wallet':'W','reason':'r'}                   | 400 | amount: missing",
                "POST | /grants | {'wallet':'W','amount':'-1','reason':'r'}     | 400 | amount: '-1'",
                "POST | /grants | {'wallet':'W','amount':'9000000.1','reason':'r'} | 400 | amount",
                "POST | /grants | {'wallet':'W','amount':'9000000','reason':'much'} | 422 | would pass 9,000,000 USD",
                "POST | /grants | {'wallet':'W','amount':'1','reason':'r','expires':'soon'} | 400 | expires: 'soon'",
                "POST | /grants | {'wallet':'W','amount':'1','reason':'r','expires':'2001-01-01'} | 400 | from now on",
                "POST | /grants | {'wallet':'W','amount':'1','reason':'r','expires':5} | 400 | expires: 5",
                "POST | /grants | {'wallet':'W','amount':'1','reason':'r','priority':101} | 400 | priority: 101",
                "POST | /grants | {'wallet':'W','amount':'1','reason':'r','priority':-1} | 400 | priority: -1",
                "POST | /grants | {'wallet':'W','amount':'1','reason':'r','priority':'1'} | 400 | priority",
                "POST | /grants | {'wallet':'W','amount':'1','reason':'r','rank':1} | 400 | rank",
                "POST | /refunds | {'amount':'1','reason':'r'}                  | 400 | exchange: missing",
                "POST | /refunds | {'exchange':'x','reason':'r'}                | 400 | amount: missing",
                "POST | /refunds | {'exchange':'x','amount':'1'}                | 400 | reason: missing",
                "POST | /refunds | {'exchange':'x','amount':'1','reason':'r'}   | 404 | exchange 'x'",
                "POST | /refunds | {'exchange':'x','amount':'0','reason':'r'}   | 404 | exchange 'x'",
                "GET | /wallets/w_x/grants | `` | 404 | no wallet 'w_x'",
                "POST | /top_ups | {'amount':'1','reference':'r'}               | 400 | wallet: missing",
                "POST | /top_ups | {'wallet':'W','reference':'r'}               | 400 | amount: missing",
                "POST | /top_ups | {'wallet':'W','amount':'1'}                  | 400 | reference: missing",
                "POST | /top_ups | {'wallet':'w_x','amount':'1','reference':'r'} | 404 | no wallet 'w_x'",
                "POST | /top_ups | {'wallet':'\\u0000','amount':'1','reference':'r'} | 400 | wallet",
                "POST | /top_ups | {'wallet':'W','amount':1,'reference':'r'}    | 400 | amount: 1",
                "POST | /top_ups | {'wallet':'W','amount':'','reference':'r'}   | 400 | amount",
                "POST | /top_ups | {'wallet':'W','amount':'0','reference':'r'}  | 400 | amount: '0'",
                "POST | /top_ups | {'wallet':'W','amount':'0.000000000','reference':'r'} | 400 | above 0",
                "POST | /top_ups | {'wallet':'W','amount':'-1','reference':'r'} | 400 | amount: '-1'",
                "POST | /top_ups | {'wallet':'W','amount':'+1','reference':'r'} | 400 | amount: '+1'",
                "POST | /top_ups | {'wallet':'W','amount':'1e3','reference':'r'} | 400 | amount: '1e3'",
                "POST | /top_ups | {'wallet':'W','amount':'.5','reference':'r'} | 400 | amount: '.5'",
                "POST | /top_ups | {'wallet':'W','amount':'1.','reference':'r'} | 400 | amount: '1.'",
                "POST | /top_ups | {'wallet':'W','amount':' 1','reference':'r'} | 400 | amount: ' 1'",
                "POST | /top_ups | {'wallet':'W','amount':'1,00','reference':'r'} | 400 | amount: '1,00'",
                "POST | /top_ups | {'wallet':'W','amount':'٣','reference':'r'} | 400 | amount",
                "POST | /top_ups | {'wallet':'W','amount':'0x1','reference':'r'} | 400 | amount",
                "POST | /top_ups | {'wallet':'W','amount':'NaN','reference':'r'} | 400 | amount",
                "POST | /top_ups | {'wallet':'W','amount':'0.0000000001','reference':'r'} | 400 | up to 9 decimals",
                "POST | /top_ups | {'wallet':'W','amount':'9000000.000000001','reference':'r'} | 400 | at most 9000000",
                "POST | /top_ups | {'wallet':'W','amount':'99999999999999999999','reference':'r'} | 400 | at most 9000000",
                "POST | /top_ups | {'wallet':'W','amount':'9000000','reference':'rr'} | 422 | would pass 9,000,000 USD",
                "POST | /top_ups | {'wallet':'W','amount':'1','reference':'a\\nb'} | 400 | reference",
                "POST | /top_ups | {'wallet':'W','amount':'1','reference':'r','force':true} | 400 | force: unknown",
                "POST | /top_ups | {'wallet':'W','amount':'2','reference':'start'} | 409 | was used for",
                "POST | /adjustments | {'wallet':'W','amount':'0','reference':'r'}  | 400 | above 0",
                "POST | /adjustments | {'wallet':'W','amount':'-0','reference':'r'} | 400 | above 0",
                "POST | /adjustments | {'wallet':'W','amount':'--1','reference':'r'} | 400 | amount",
                "POST | /adjustments | {'wallet':'W','amount':-1,'reference':'r'}   | 400 | amount: -1",
                "POST | /adjustments | {'wallet':'W','amount':'-5','reference':'r'} | 422 | are available",
                "POST | /adjustments | {'wallet':'W','amount':'1','reference':'r','force':'no'} | 400 | force:",
                "POST | /adjustments | {'wallet':'W','amount':'1'}                  | 400 | reference: missing",
                "POST | /adjustments | {'wallet':'w_x','amount':'1','reference':'r'} | 404 | no wallet",
                "GET  | /approvals?state=x   | ``               | 400 | state: 'x' (expected: waiting, approved",
                "GET  | /approvals/v_x       | ``               | 404 | no approval 'v_x'",
                "POST | /approvals/v_x/approve | ``             | 404 | no approval 'v_x'",
                "POST | /approvals/v_x/approve | {'why':'x'}    | 400 | why: unknown (expected: reason)",
                "POST | /approvals/v_x/reject | ``              | 400 | not a JSON object",
                "POST | /approvals/v_x/reject | {}              | 400 | reason: missing",
                "POST | /approvals/v_x/reject | {'reason':'r'}  | 404 | no approval 'v_x'",
                // keys
                "POST | /keys | {}                                    | 400 | wallet: missing",
                "POST | /keys | {'wallet':'w_x'}                      | 404 | no wallet 'w_x'",
                "POST | /keys | {'wallet':'W','name':7}               | 400 | name: 7",
                "POST | /keys | {'wallet':'W','name':'a\\u0000'}      | 400 | name",
                "POST | /keys | {'wallet':'W','member':false}         | 400 | member: false",
                "POST | /keys | {'wallet':'W','member':'a\\nb'}       | 400 | member",
                "POST | /keys | {'wallet':'W','project':[]}           | 400 | project: []",
                "POST | /keys | {'wallet':'W','project':'\\ud800'}    | 400 | project",
                "POST | /keys | {'wallet':'W','allowed_models':'gpt'} | 400 | allowed_models: 'gpt' (expected: a list",
                "POST | /keys | {'wallet':'W','allowed_models':{}}    | 400 | allowed_models: {}",
                "POST | /keys | {'wallet':'W','allowed_models':{'a':'b'}} | 400 | allowed_models",
                "POST | /keys | {'wallet':'W','allowed_models':[1]}   | 400 | allowed_models[0]: 1",
                "POST | /keys | {'wallet':'W','allowed_models':[null]} | 400 | allowed_models[0]: null",
                "POST | /keys | {'wallet':'W','allowed_models':['a','']} | 400 | allowed_models[1]: ''",
                "POST | /keys | {'wallet':'W','allowed_models':['a\\nb']} | 400 | allowed_models[0]",
                "POST | /keys | {'wallet':'W','expires':'soon'}       | 400 | expires: 'soon'",
                "POST | /keys | {'wallet':'W','expires':7}            | 400 | expires: 7",
                "POST | /keys | {'wallet':'W','expires':'2026-02-30'} | 400 | expires",
                "POST | /keys | {'wallet':'W','expires':'2001-01-01'} | 400 | from now on",
                "POST | /keys | {'wallet':'W','expires':'1969-12-31T23:59:59Z'} | 400 | from now on",
                "POST | /keys | {'wallet':'W','expires':'9999-12-31'} | 400 | before the year 10000",
                "POST | /keys | {'wallet':'W','expires':'-999999999'} | 400 | expires",
                "POST | /keys | {'wallet':'W','expires':'+999999999-12-31T23:59:59Z'} | 400 | before the year 10000",
                "POST | /keys | {'wallet':'W','expires':'+1000000000-12-31T23:59:59.999999999Z'} | 400 | expires",
                "POST | /keys | {'wallet':'W','expires':'2030-01-01T00:00:00'} | 400 | expires",
                "POST | /keys | {'wallet':'W','expire':'2030-01-01'}  | 400 | expire: unknown (expected: expires)",
                "GET  | /keys?wallet=w_x    | ``      | 404 | no wallet 'w_x'",
                "GET  | /keys?after=k_x%0a  | ``      | 400 | after",
                "GET  | /keys?limit=        | {'a':1} | 400 | a: unknown",
                "POST | /keys/k_x/rotate    | ``      | 404 | no key 'k_x'",
                "POST | /keys/K/rotate      | {'name':'n'} | 400 | name: unknown (expected: nothing)",
                "DELETE | /keys/k_x         | ``      | 404 | no key 'k_x'",
                "DELETE | /keys/K           | {'a':1} | 400 | a: unknown",
                "DELETE | /keys/K?force=1   | ``      | 400 | force: unknown",
                // what happened
                "GET  | /exchanges             | ``   | 400 | wallet: missing",
                "GET  | /exchanges?wallet=w_x  | ``   | 404 | no wallet",
                "GET  | /exchanges?wallet=W&limit=0 | `` | 400 | limit",
                "GET  | /exchanges?wallet=W&after=x | `` | 400 | after: 'x' (expected: the last page's next)",
                "GET  | /exchanges?wallet=W&after=x_y | `` | 404 | no exchange 'x_y'",
                "GET  | /exchanges?wallet=W&since=soon | `` | 400 | since: 'soon' (expected: 2026-01-31",
                "GET  | /exchanges?wallet=W&until=1969-12-31 | `` | 400 | until: '1969-12-31'",
                "GET  | /exchanges?wallet=W&until=%2B10000-01-01T00:00:00Z | `` | 400 | before the year 10000",
                "GET  | /exchanges/x_y         | ``   | 404 | no exchange 'x_y'",
                "GET  | /exchanges/%0a         | ``   | 404 | no exchange",
                // what waits for a person
                "GET  | /suspense?state=frob   | ``   | 400 | state: 'frob' (expected: parked, settling, settled, dropped)",
                "GET  | /suspense?state=PARKED | ``   | 400 | state: 'PARKED'",
                "GET  | /suspense?after=x_A'   | ``   | 400 | after: 'x_A''",
                "GET  | /suspense?after=%27%20OR%201=1 | `` | 400 | after",
                "GET  | /suspense?limit=0      | ``   | 400 | limit: '0'",
                "GET  | /suspense?stat=parked  | ``   | 400 | stat: unknown (expected: state)",
                "GET  | /suspense              | {'a':1} | 400 | a: unknown (expected: nothing)",
                "GET  | /suspense/x_y          | ``   | 404 | no GET",
                "POST | /suspense/x_y/settle   | ``   | 404 | no suspended settlement 'x_y'",
                "POST | /suspense/x_y/settle   | {}   | 404 | no suspended settlement 'x_y'",
                "POST | /suspense/%00/settle   | ``   | 404 | no suspended settlement",
                "POST | /suspense/x_y/settle   | []   | 400 | not a JSON object",
                "POST | /suspense/x_y/settle   | {'amount':'1'} | 400 | amount: unknown (expected: reason)",
                "POST | /suspense/x_y/settle   | {'reason':7} | 400 | reason: 7",
                "POST | /suspense/x_y/settle   | {'reason':''} | 400 | reason: ''",
                "POST | /suspense/x_y/settle?force=1 | `` | 400 | force: unknown",
                "POST | /suspense/x_y/drop     | ``   | 400 | not a JSON object",
                "POST | /suspense/x_y/drop     | {}   | 400 | reason: missing",
                "POST | /suspense/x_y/drop     | {'reason':null} | 400 | reason: missing",
                "POST | /suspense/x_y/drop     | {'reason':' '}  | 400 | reason: ' '",
                "POST | /suspense/x_y/drop     | {'reason':'a\\u0000'} | 400 | control",
                "POST | /suspense/x_y/drop     | {'reason':'r','why':'x'} | 400 | why: unknown",
                "POST | /suspense/x_y/drop     | {'reason':'r'} | 404 | no suspended settlement 'x_y'",
                "GET  | /verify?deep=1         | ``   | 400 | deep: unknown",
                "GET  | /frob                  | ``   | 404 | no GET /admin/v1/frob",
                "GET  | /wallets/W/frob        | ``   | 404 | no GET",
            })
    void what_cannot_be_done_is_refused_by_a_problem_that_says_why(
            String method, String path, String body, int status, String says) throws Exception {
        String sent = body.replace('\'', '"').replace("\"W\"", '"' + account.wallet() + '"');
        String target = "/admin/v1"
                + path.replace("/W", "/" + account.wallet())
                        .replace("=W", "=" + account.wallet())
                        .replace("/K", "/" + key);
        Answer answer = raw(head(method, target, AUTHORIZED + JSON + length(bytes(sent))), bytes(sent));
        assertThat(answer.status).as(answer.body).isEqualTo(status);
        assertThat(json(problem(answer)).path("title").asString().replace('"', '\''))
                .contains(says == null ? "" : says.replace('"', '\''));
    }

    @ParameterizedTest(name = "{0} {1}: Allow {2}")
    @CsvSource(
            delimiter = '|',
            value = {
                "PUT     | /admin/v1/wallets              | GET, POST",
                "DELETE  | /admin/v1/wallets              | GET, POST",
                "PATCH   | /admin/v1/wallets/w_x          | GET",
                "GET     | /admin/v1/wallets/w_x/freeze   | POST",
                "DELETE  | /admin/v1/wallets/w_x/unfreeze | POST",
                "POST    | /admin/v1/wallets/w_x/entries  | GET",
                "GET     | /admin/v1/top_ups              | POST",
                "GET     | /admin/v1/adjustments          | POST",
                "GET     | /admin/v1/grants               | POST",
                "POST    | /admin/v1/wallets/w_x/grants   | GET",
                "GET     | /admin/v1/refunds              | POST",
                "PUT     | /admin/v1/keys                 | GET, POST",
                "GET     | /admin/v1/keys/k_x/rotate      | POST",
                "GET     | /admin/v1/keys/k_x             | DELETE",
                "POST    | /admin/v1/exchanges            | GET",
                "DELETE  | /admin/v1/exchanges/x_x        | GET",
                "POST    | /admin/v1/suspense             | GET",
                "GET     | /admin/v1/suspense/x_x/settle  | POST",
                "DELETE  | /admin/v1/suspense/x_x/drop    | POST",
                "POST    | /admin/v1/verify               | GET",
                "POST    | /admin/v1/wallets/w_x/reconciliation | GET",
                "OPTIONS | /admin/v1/wallets              | GET, POST",
                "FROB    | /admin/v1/wallets              | GET, POST",
                "POST    | /admin/v1/openapi.json         | GET",
                "POST    | /metrics                       | GET",
                "DELETE  | /healthz                       | GET",
                "POST    | /readyz                        | GET",
            })
    void a_method_that_a_path_does_not_have_is_answered_with_those_it_has(String method, String path, String allow)
            throws Exception {
        Answer answer = raw(head(method, path, AUTHORIZED), new byte[0]);
        assertThat(answer.status).as(answer.body).isEqualTo(405);
        assertThat(answer.head.toLowerCase(Locale.ROOT)).contains("\r\nallow: " + allow.toLowerCase(Locale.ROOT));
        problem(answer);
    }

    static Stream<Arguments> heads() {
        byte[] name = bytes("{\"name\":\"n\"}");
        byte[] latin = "{\"name\":\"ä\"}".getBytes(StandardCharsets.ISO_8859_1);
        byte[] surrogate = {'{', '"', 'n', 'a', 'm', 'e', '"', ':', '"', (byte) 0xED, (byte) 0xA0, (byte) 0x80, '"', '}'
        };
        byte[] deep = bytes("{\"name\":" + "[".repeat(5_000) + "]".repeat(5_000) + "}");
        byte[] digits = bytes("{\"name\":" + "9".repeat(20_000) + "}");
        byte[] longName = bytes("{\"name\":\"" + "n".repeat(201) + "\"}");
        byte[] large = bytes("{\"name\":\"" + "n".repeat(70_000) + "\"}");
        String post = "POST";
        String wallets = "/admin/v1/wallets";
        return Stream.of(
                Arguments.of("Latin-1", post, wallets, AUTHORIZED + JSON, latin, 400),
                Arguments.of("a surrogate as UTF-8", post, wallets, AUTHORIZED + JSON, surrogate, 400),
                Arguments.of("five thousand arrays deep", post, wallets, AUTHORIZED + JSON, deep, 400),
                Arguments.of("a number of 20,000 digits", post, wallets, AUTHORIZED + JSON, digits, 400),
                Arguments.of("a name of 201 characters", post, wallets, AUTHORIZED + JSON, longName, 400),
                Arguments.of("a body above 64 KiB", post, wallets, AUTHORIZED + JSON, large, 413),
                Arguments.of(
                        "a form", post, wallets, AUTHORIZED + type("application/x-www-form-urlencoded"), name, 415),
                Arguments.of("plain text", post, wallets, AUTHORIZED + type("text/plain"), name, 415),
                Arguments.of("UTF-16", post, wallets, AUTHORIZED + type("application/json; charset=utf-16"), name, 415),
                Arguments.of("no type at all", post, wallets, AUTHORIZED + type("frob"), name, 415),
                Arguments.of("an empty type", post, wallets, AUTHORIZED + type(""), name, 415),
                Arguments.of("two types", post, wallets, AUTHORIZED + JSON + JSON, name, 400),
                Arguments.of("no key", post, wallets, JSON, name, 401),
                Arguments.of("no key, unknown path", "GET", "/admin/v1/frob", "", new byte[0], 401),
                Arguments.of("no key, wrong method", "PUT", wallets, "", new byte[0], 401),
                Arguments.of("an empty key", "GET", wallets, "Authorization: Bearer \r\n", new byte[0], 401),
                Arguments.of("a wrong key", "GET", wallets, "Authorization: Bearer tg_admin_x\r\n", new byte[0], 401),
                Arguments.of("another scheme", "GET", wallets, "Authorization: Basic eDp5\r\n", new byte[0], 401),
                Arguments.of("two keys", "GET", wallets, AUTHORIZED + AUTHORIZED, new byte[0], 400),
                Arguments.of("no such place", "GET", "/frob", "", new byte[0], 404),
                Arguments.of("the root", "GET", "/", "", new byte[0], 404),
                Arguments.of(
                        "two Idempotency-Keys", post, wallets, AUTHORIZED + JSON + once("a") + once("b"), name, 400),
                Arguments.of("the same twice", post, wallets, AUTHORIZED + JSON + once("a") + once("a"), name, 400),
                Arguments.of("an empty one", post, wallets, AUTHORIZED + JSON + once(""), name, 400),
                Arguments.of("one of 256", post, wallets, AUTHORIZED + JSON + once("k".repeat(256)), name, 400),
                Arguments.of("one with a space", post, wallets, AUTHORIZED + JSON + once("a b"), name, 400),
                Arguments.of("one that is not ASCII", post, wallets, AUTHORIZED + JSON + once("ä"), name, 400),
                Arguments.of("a broken escape in the path", "GET", wallets + "/%zz", AUTHORIZED, new byte[0], 400),
                Arguments.of(
                        "a broken escape in the query", "GET", wallets + "?after=%z", AUTHORIZED, new byte[0], 400),
                Arguments.of(
                        "a head of 100 KiB", "GET", wallets, "X: " + "x".repeat(100_000) + "\r\n", new byte[0], 400));
    }

    @ParameterizedTest(name = "{0}: {5}")
    @MethodSource("heads")
    void what_is_wrong_about_a_head_or_its_bytes_is_a_problem_too(
            String story, String method, String path, String fields, byte[] body, int status) throws Exception {
        Answer answer = raw(head(method, path, fields + (body.length > 0 ? length(body) : "")), body);
        assertThat(answer.status).as(story + ": " + answer.body).isEqualTo(status);
        problem(answer);
        assertThat(answer.head.toLowerCase(Locale.ROOT).contains("\r\nwww-authenticate: bearer"))
                .isEqualTo(status == 401);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "GET / HTTP/1.1\\r\\nHost: x\\r\\nbroken\\r\\n\\r\\n, 400",
        "frob\\r\\n\\r\\n, 400",
        "GET /admin/v1/wallets HTTP/1.1\\r\\n\\r\\n, 400",
        "GET /admin/v1/wallets HTTP/9.9\\r\\nHost: x\\r\\n\\r\\n, 400",
        "POST /admin/v1/wallets HTTP/1.1\\r\\nHost: x\\r\\nContent-Length: x\\r\\n\\r\\n, 400",
        "POST /admin/v1/wallets HTTP/1.1\\r\\nHost: x\\r\\nContent-Length: 1\\r\\nContent-Length: 2\\r\\n\\r\\nxx, 400",
        "POST /admin/v1/wallets HTTP/1.1\\r\\nHost: x\\r\\nContent-Length: 1\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n0\\r\\n\\r\\n, 400",
        "GET /%zz HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n, 400",
    })
    void what_is_not_http_is_a_problem_too(String sent, int status) throws Exception {
        Answer answer = raw(sent.replace("\\r", "\r").replace("\\n", "\n"), new byte[0]);
        assertThat(answer.status).as(answer.head + answer.body).isEqualTo(status);
        problem(answer);
    }

    @Test
    void what_is_good_passes_beside_all_that() throws Exception {
        List<String> bodies = new ArrayList<>(List.of(
                "{\"name\":\"" + "😀".repeat(200) + "\",\"test\":true}", "{\"name\":\"Zürich 東京\",\"test\":true}"));
        for (String body : bodies) {
            for (String type :
                    new String[] {"", JSON, type("application/json; charset=UTF-8"), type("Application/JSON")}) {
                Answer answer =
                        raw(head("POST", "/admin/v1/wallets", AUTHORIZED + type + length(bytes(body))), bytes(body));
                assertThat(answer.status).as(type + answer.body).isEqualTo(201);
                assertThat(json(answer).path("name"))
                        .isEqualTo(MAPPER.readTree(body).path("name"));
            }
        }
        String key = "{\"wallet\":\"" + account.wallet() + "\",\"expires\":\"9999-12-30\"}";
        Answer made = raw(head("POST", "/admin/v1/keys", AUTHORIZED + length(bytes(key))), bytes(key));
        assertThat(json(made).path("expires").asString()).isEqualTo("9999-12-31T00:00:00Z");
        for (String empty : new String[] {"", "{}"}) {
            String path = "/admin/v1/wallets/" + account.wallet() + "/unfreeze";
            assertThat(raw(head("POST", path, AUTHORIZED + length(bytes(empty))), bytes(empty)).status)
                    .isEqualTo(200);
        }
    }

    private static String type(String type) {
        return "Content-Type: " + type + "\r\n";
    }

    private static String once(String key) {
        return "Idempotency-Key: " + key + "\r\n";
    }

    private static String length(byte[] body) {
        return "Content-Length: " + body.length + "\r\n";
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String head(String method, String target, String fields) {
        return method + " " + target + " HTTP/1.1\r\nHost: x\r\n" + fields + "Connection: close\r\n\r\n";
    }

    private static Answer raw(String head, byte[] body) throws IOException {
        URI admin = URI.create(gateway.installation.adminUrl());
        try (Socket socket = new Socket(admin.getHost(), admin.getPort())) {
            socket.setSoTimeout(20_000);
            OutputStream out = socket.getOutputStream();
            out.write(bytes(head));
            out.write(body);
            out.flush();
            socket.shutdownOutput();
            String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            int end = answer.indexOf("\r\n\r\n");
            assertThat(end).as("a head: " + answer).isPositive();
            String line = answer.substring(0, answer.indexOf("\r\n"));
            return new Answer(
                    Integer.parseInt(line.split(" ", 3)[1]),
                    answer.substring(0, end) + "\r\n",
                    answer.substring(end + 4));
        }
    }

    private static Answer problem(Answer answer) {
        assertThat(answer.head.toLowerCase(Locale.ROOT)).contains("\r\ncontent-type: application/problem+json\r\n");
        JsonNode json = json(answer);
        ObjectNode schema = MAPPER.createObjectNode();
        schema.put("$ref", "#/components/schemas/Problem");
        schema.set("components", description.path("components"));
        Schema compiled = SCHEMAS.getSchema(schema.toString(), InputFormat.JSON);
        assertThat(compiled.validate(json)).as(answer.body).isEmpty();
        assertThat(json.path("status").asInt()).isEqualTo(answer.status);
        assertThat(json.path("title").asString().codePoints()).noneMatch(Character::isISOControl);
        return answer;
    }

    private static JsonNode json(Answer answer) {
        return MAPPER.readTree(answer.body);
    }
}
