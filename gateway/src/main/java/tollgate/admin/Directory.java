package tollgate.admin;

import java.time.Clock;
import java.time.DateTimeException;
import java.time.ZoneId;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import tollgate.books.Treasury;
import tollgate.pricing.RateBook;
import tollgate.records.Audit;
import tollgate.records.Members;
import tollgate.records.ModelFreezes;
import tollgate.records.Organisations;
import tollgate.records.Projects;
import tollgate.records.Records;
import tollgate.records.Teams;

/**
 * Organisations, and who is in them: teams, members and projects. What changes what a key may do is in force with the next
 * hold that is asked for. Thread-safe; blocks.
 */
final class Directory {
    /** How many there are. */
    static final int SHARDS = 64;

    private final Records records;
    private final Treasury treasury;
    private final Runnable shardUsed;
    private final Supplier<RateBook> prices;
    private final Clock clock;

    /**
     * A directory.
     *
     * @param shardUsed told of every organisation that is made: its shard has to be open
     * @param prices those in force: which plans there are
     */
    Directory(Records records, Treasury treasury, Runnable shardUsed, Supplier<RateBook> prices, Clock clock) {
        this.shardUsed = shardUsed;
        this.records = records;
        this.treasury = treasury;
        this.prices = prices;
        this.clock = clock;
    }

    /** The organisation of an id or a name, made where there is none. */
    Organisations.Organisation named(String organisation, String newId) {
        return records.organisations().find(organisation).orElseGet(() -> {
            Organisations.Organisation found = records.organisations()
                    .named(organisation, newId, Math.floorMod(organisation.hashCode(), SHARDS), clock.millis());
            if (found.id().equals(newId)) {
                shardUsed.run();
            }
            return found;
        });
    }

    /** An organisation that is there, by id or name; the default one where none is named. */
    Organisations.Organisation organisation(@Nullable String asked) {
        if (asked == null) {
            return named(Office.DEFAULT_ORGANISATION, Ids.next("o_"));
        }
        return records.organisations()
                .find(asked)
                .or(() -> records.organisations().byName(asked))
                .orElseThrow(() -> Problem.notFound("organization '" + Shown.text(asked) + "'"));
    }

    /** Makes an organisation. */
    Organisations.Organisation createOrganisation(
            String name, @Nullable String zone, @Nullable String plan, String id) {
        if (zone != null) {
            checkZone(zone);
        }
        checkPlan(plan);
        Organisations.Organisation made = named(name, id);
        if (!made.id().equals(id)) {
            throw taken("organization", name);
        }
        if (plan != null) {
            made = setPlan(id, plan);
        }
        return zone == null ? made : setZone(id, zone);
    }

    /** Gives an organisation another plan: its next request is held and charged by that. Null: none. */
    Organisations.Organisation setPlan(String id, @Nullable String plan) {
        organisation(id);
        checkPlan(plan);
        records.organisations().setPlan(id, plan);
        return tellPolicy(id);
    }

    /** The prices in force. */
    RateBook prices() {
        return prices.get();
    }

    /** A plan that no price knows would leave an organisation without any. */
    private void checkPlan(@Nullable String plan) {
        Set<String> known = plan == null ? Set.of() : prices.get().plans();
        if (plan != null && !known.contains(plan)) {
            throw Problem.invalid("plan: '" + Shown.text(plan) + "' (expected: "
                    + (known.isEmpty()
                            ? "none, for no markups or bundles of a rate card file name a plan"
                            : String.join(", ", known))
                    + ")");
        }
    }

    /** Gives an organisation's calendar another zone. */
    Organisations.Organisation setZone(String id, String zone) {
        organisation(id);
        checkZone(zone);
        records.organisations().setZone(id, zone);
        return tellPolicy(id);
    }

    private static void checkZone(String zone) {
        try {
            ZoneId.of(zone);
        } catch (DateTimeException none) {
            throw Problem.invalid("zone: '" + Shown.text(zone) + "' (expected: a zone such as UTC or Europe/Vienna)");
        }
    }

    /** Freezes an organisation, or lifts that. */
    Organisations.Organisation freeze(String id, boolean frozen, Audit.Word word) {
        String of = organisation(id).id();
        records.organisations().setFrozen(of, frozen, word);
        return tellPolicy(of);
    }

    /** Freezes a model or pattern for the keys of an organisation, or for all where none is named. */
    ModelFreezes.Frozen freezeModel(@Nullable String organisation, String model, String id, Audit.Word word) {
        String of = organisation == null ? "" : organisation(organisation).id();
        ModelFreezes.Frozen frozen = records.modelFreezes()
                .freeze(new ModelFreezes.Frozen(id, of, model, word.reason(), word.actor(), word.atMs()));
        tellPolicies(of);
        return frozen;
    }

    /** Lifts that. */
    ModelFreezes.Frozen liftModel(String id, Audit.Word word) {
        ModelFreezes.Frozen lifted = records.modelFreezes()
                .lift(id, word)
                .orElseThrow(() -> Problem.notFound("freeze of a model '" + Shown.text(id) + "'"));
        tellPolicies(lifted.organisation());
        return lifted;
    }

    private void tellPolicies(String organisation) {
        if (!organisation.isEmpty()) {
            tellPolicy(organisation);
        } else if (!treasury.setPolicies()) {
            throw pending();
        }
    }

    /** It moves: nothing new is admitted under what is remembered of its keys, and the shard that it goes to has to be open. */
    void moving(String id) {
        // where that cannot be told now, whoever carries it tells it first
        treasury.setPolicy(organisation(id));
        shardUsed.run();
    }

    /** What is remembered of the keys of an organisation is not enough any more. */
    Organisations.Organisation tellPolicy(String id) {
        Organisations.Organisation of = organisation(id);
        if (!treasury.setPolicy(of)) {
            throw pending();
        }
        return of;
    }

    /** It is so in the books, and Redis is told as soon as it can be. */
    static Problem pending() {
        return new Problem(503, "pending", "kept, and in force as soon as the wallets can be told");
    }

    /** Makes a team. */
    Teams.Team createTeam(@Nullable String organisation, String name, String id) {
        records.teams().add(new Teams.Team(id, organisation(organisation).id(), name, clock.millis()));
        return records.teams().find(id).orElseThrow(() -> taken("team", name));
    }

    /** A team that is there. */
    Teams.Team team(String id) {
        return records.teams().find(id).orElseThrow(() -> Problem.notFound("team '" + Shown.text(id) + "'"));
    }

    /** Makes a member. */
    Members.Member createMember(
            @Nullable String organisation, @Nullable String team, String name, @Nullable String role, String id) {
        String of = of(organisation, team);
        String as = role(role == null ? "member" : role);
        records.members().add(new Members.Member(id, of, team, name, as, clock.millis()));
        return member(id);
    }

    /** Gives a member another team or role; null: as it is. */
    Members.Member changeMember(String id, @Nullable String team, @Nullable String role) {
        Members.Member known = member(id);
        if (team != null && !team(team).organisation().equals(known.organisation())) {
            throw elsewhere("team", team);
        }
        records.members().change(id, team == null ? known.team() : team, role == null ? known.role() : role(role));
        tellPolicy(known.organisation());
        return member(id);
    }

    /** A member that is there. */
    Members.Member member(String id) {
        return records.members().find(id).orElseThrow(() -> Problem.notFound("member '" + Shown.text(id) + "'"));
    }

    private static String role(String role) {
        if (!role.equals("member") && !role.equals("viewer")) {
            throw Problem.invalid("role: '" + Shown.text(role) + "' (expected: member or viewer)");
        }
        return role;
    }

    /** Makes a project. */
    Projects.Project createProject(@Nullable String organisation, @Nullable String team, String name, String id) {
        records.projects().add(new Projects.Project(id, of(organisation, team), team, name, clock.millis()));
        return records.projects().find(id).orElseThrow(() -> taken("project", name));
    }

    /** A project that is there. */
    Projects.Project project(String id) {
        return records.projects().find(id).orElseThrow(() -> Problem.notFound("project '" + Shown.text(id) + "'"));
    }

    /** The organisation asked for, or that of the team; a team is of one alone. */
    private String of(@Nullable String organisation, @Nullable String team) {
        if (team == null) {
            return organisation(organisation).id();
        }
        String of = team(team).organisation();
        if (organisation != null && !organisation(organisation).id().equals(of)) {
            throw elsewhere("team", team);
        }
        return of;
    }

    /** Whom a key is for must be of the organisation that pays. */
    void check(String organisation, @Nullable String member, @Nullable String project) {
        if (member != null && !member(member).organisation().equals(organisation)) {
            throw elsewhere("member", member);
        }
        if (project != null && !project(project).organisation().equals(organisation)) {
            throw elsewhere("project", project);
        }
    }

    private static Problem elsewhere(String what, String id) {
        return Problem.invalid(what + ": '" + Shown.text(id) + "' is of another organization");
    }

    private static Problem taken(String what, String name) {
        return new Problem(409, "taken", "there is a " + what + " '" + Shown.text(name) + "' already");
    }
}
