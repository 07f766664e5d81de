package tollgate.admin;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tollgate.records.Members;
import tollgate.records.Organisations;
import tollgate.records.Page;
import tollgate.records.Projects;
import tollgate.records.Records;
import tollgate.records.Teams;
import tollgate.records.Turn;

/** The control plane's routes about organisations, teams, members and projects. Thread-safe; blocks. */
final class DirectoryRoutes {
    private final Directory directory;
    private final Records records;

    DirectoryRoutes(Directory directory, Records records) {
        this.directory = directory;
        this.records = records;
    }

    List<Route> routes() {
        return List.of(
                Route.get("/admin/v1/organizations", this::organisations, "after", "limit"),
                Route.post("/admin/v1/organizations", 201, this::createOrganisation),
                Route.get("/admin/v1/organizations/{id}", asked -> json(directory.organisation(asked.id()))),
                Route.post("/admin/v1/organizations/{id}", 200, this::changeOrganisation),
                Route.post("/admin/v1/organizations/{id}/plan", 200, this::setPlan),
                Route.get("/admin/v1/teams", this::teams, "organization", "after", "limit"),
                Route.post("/admin/v1/teams", 201, this::createTeam),
                Route.get("/admin/v1/members", this::members, "organization", "after", "limit"),
                Route.post("/admin/v1/members", 201, this::createMember),
                Route.post("/admin/v1/members/{id}", 200, this::changeMember),
                Route.get("/admin/v1/projects", this::projects, "organization", "after", "limit"),
                Route.post("/admin/v1/projects", 201, this::createProject));
    }

    private static String newId(String prefix, Asked asked) {
        Turn turn = asked.turn();
        return turn == null ? Ids.next(prefix) : prefix + turn.name();
    }

    private String of(Asked asked) {
        String organisation = asked.query("organization");
        return organisation.isEmpty()
                ? ""
                : directory.organisation(organisation).id();
    }

    private Object organisations(Asked asked) {
        Page<Organisations.Organisation> page = records.organisations().list(asked.after(), asked.limit());
        return AdminApi.page(page.data().stream().map(DirectoryRoutes::json).toList(), page.next());
    }

    private Object createOrganisation(Asked asked) {
        Fields fields = Fields.read(asked.body(), "name", "zone", "plan");
        return json(directory.createOrganisation(
                fields.text("name"), fields.optional("zone"), fields.optional("plan"), newId("o_", asked)));
    }

    private Object setPlan(Asked asked) {
        return json(
                directory.setPlan(asked.id(), Fields.read(asked.body(), "plan").textOrNull("plan")));
    }

    private Object changeOrganisation(Asked asked) {
        return json(
                directory.setZone(asked.id(), Fields.read(asked.body(), "zone").text("zone")));
    }

    private Object teams(Asked asked) {
        Page<Teams.Team> page = records.teams().list(of(asked), asked.after(), asked.limit());
        return AdminApi.page(page.data().stream().map(DirectoryRoutes::json).toList(), page.next());
    }

    private Object createTeam(Asked asked) {
        Fields fields = Fields.read(asked.body(), "name", "organization");
        return json(directory.createTeam(fields.optional("organization"), fields.text("name"), newId("t_", asked)));
    }

    private Object members(Asked asked) {
        Page<Members.Member> page = records.members().list(of(asked), asked.after(), asked.limit());
        return AdminApi.page(page.data().stream().map(DirectoryRoutes::json).toList(), page.next());
    }

    private Object createMember(Asked asked) {
        Fields fields = Fields.read(asked.body(), "name", "organization", "team", "role");
        return json(directory.createMember(
                fields.optional("organization"),
                fields.optional("team"),
                fields.text("name"),
                fields.optional("role"),
                newId("m_", asked)));
    }

    private Object changeMember(Asked asked) {
        Fields fields = Fields.read(asked.body(), "team", "role");
        return json(directory.changeMember(asked.id(), fields.optional("team"), fields.optional("role")));
    }

    private Object projects(Asked asked) {
        Page<Projects.Project> page = records.projects().list(of(asked), asked.after(), asked.limit());
        return AdminApi.page(page.data().stream().map(DirectoryRoutes::json).toList(), page.next());
    }

    private Object createProject(Asked asked) {
        Fields fields = Fields.read(asked.body(), "name", "organization", "team");
        return json(directory.createProject(
                fields.optional("organization"), fields.optional("team"), fields.text("name"), newId("p_", asked)));
    }

    static Map<String, @Nullable Object> json(Organisations.Organisation organisation) {
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("id", organisation.id());
        json.put("name", organisation.name());
        json.put("zone", organisation.zone());
        json.put("plan", organisation.plan());
        json.put("frozen", organisation.frozen());
        json.put("shard", organisation.shard());
        json.put("moving", organisation.moving());
        json.put("created", Json.moment(organisation.createdMs()));
        return json;
    }

    private static Map<String, @Nullable Object> json(Teams.Team team) {
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("id", team.id());
        json.put("name", team.name());
        json.put("organization", team.organisation());
        json.put("created", Json.moment(team.createdMs()));
        return json;
    }

    private static Map<String, @Nullable Object> json(Members.Member member) {
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("id", member.id());
        json.put("name", member.name());
        json.put("organization", member.organisation());
        json.put("team", member.team());
        json.put("role", member.role());
        json.put("created", Json.moment(member.createdMs()));
        return json;
    }

    private static Map<String, @Nullable Object> json(Projects.Project project) {
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("id", project.id());
        json.put("name", project.name());
        json.put("organization", project.organisation());
        json.put("team", project.team());
        json.put("created", Json.moment(project.createdMs()));
        return json;
    }
}
