package tollgate.wallet;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import tollgate.pricing.Usd;

/** Turns commands into script calls, in the order of keys and arguments that each script's header states. Stateless. */
final class Calls {
    private Calls() {}

    static Call place(Place place, long n) {
        WalletAddress at = place.at();
        CapDemands caps = place.caps();
        int count = caps.each().size();
        IdempotencyMark.Claim claim = place.claim();
        String[] keys = new String[5 + count + (claim == null ? 0 : 1)];
        keys[0] = Keys.shard(at.shard());
        keys[1] = Keys.organisation(at);
        keys[2] = Keys.wallet(at);
        keys[3] = Keys.exchange(at.shard(), place.exchange());
        keys[4] = Keys.expiries(at.shard());
        String[] fixed = new String[] {
            Script.VERSION,
            Long.toString(n),
            now(),
            place.exchange(),
            at.organisation(),
            at.wallet(),
            Integer.toString(place.generation()),
            nano(place.min().nano()),
            nano(place.want().nano()),
            ms(place.life()),
            ms(place.maxLife()),
            nano(place.accrued().nano()),
            Long.toString(place.policy()),
            place.priceVersion(),
            mode(place),
            Integer.toString(place.mostOpen()),
            place.currency()
        };
        Place.Risk risk = place.risk();
        if (count == 0 && claim == null && risk == null) {
            return new Call(Script.PLACE, at.shard(), keys, fixed);
        }
        boolean covered = !caps.covered().isEmpty() && !place.reinstate();
        int underCaps = count == 0 ? 0 : 2 + 8 * count + (covered ? 1 : 0);
        int more = underCaps + (risk == null ? 0 : 2) + (claim == null ? 0 : 2);
        String[] args = Arrays.copyOf(fixed, fixed.length + more);
        int next = fixed.length;
        if (count > 0) {
            args[next++] = Long.toString(caps.tokensMin());
            args[next++] = Long.toString(caps.tokensWant());
        }
        for (int i = 0; i < count; i++) {
            CapDemand cap = caps.each().get(i);
            keys[5 + i] = Keys.cap(at.shard(), cap.counter());
            args[next++] = Long.toString(cap.version());
            args[next++] = Long.toString(cap.reset());
            args[next++] = cap.unit().wireName();
            args[next++] = Long.toString(cap.limit());
            args[next++] = Long.toString(cap.stepMs());
            args[next++] = Long.toString(cap.startMs());
            args[next++] = Long.toString(cap.endMs());
            args[next++] = Long.toString(cap.nextEndMs());
        }
        if (covered) {
            args[next++] = caps.covered().stream()
                    .map(row -> row.tokens() + "," + nano(row.min().nano()) + ","
                            + nano(row.want().nano()))
                    .collect(Collectors.joining(";"));
        }
        if (risk != null) {
            args[next++] = nano(risk.worst().nano());
            args[next++] = nano(risk.maxOverrun().nano());
        }
        if (claim != null) {
            keys[5 + count] = Keys.mark(at.shard(), claim.mark());
            args[next++] = claim.mark().print();
            args[next] = claim.after();
        }
        return new Call(Script.PLACE, at.shard(), keys, args);
    }

    private static String mode(Place place) {
        if (place.observed()) {
            return place.reinstate() ? "3" : "2";
        }
        return place.reinstate() ? "1" : "0";
    }

    static Call renew(Renew renew, long n) {
        WalletAddress at = renew.at();
        return new Call(
                Script.EXTEND,
                at.shard(),
                new String[] {
                    Keys.shard(at.shard()),
                    Keys.wallet(at),
                    Keys.exchange(at.shard(), renew.exchange()),
                    Keys.expiries(at.shard())
                },
                new String[] {
                    Script.VERSION,
                    Long.toString(n),
                    now(),
                    renew.exchange(),
                    Integer.toString(renew.generation()),
                    "0",
                    "0",
                    nano(renew.accrued().nano()),
                    ms(renew.life()),
                    Long.toString(renew.tokens())
                });
    }

    static Call extend(Extend extend, long n) {
        Call renewal = renew(extend.renewal(), n);
        Extend.Caps caps = extend.caps();
        int shard = renewal.shard();
        List<String> counters = caps.held().keys(shard);
        String[] keys = Arrays.copyOf(renewal.keys(), 4 + counters.size());
        String[] args = Arrays.copyOf(renewal.args(), counters.isEmpty() ? 10 : 12 + 2 * counters.size());
        args[5] = nano(extend.min().nano());
        args[6] = nano(extend.want().nano());
        for (int i = 0; i < counters.size(); i++) {
            keys[4 + i] = counters.get(i);
            args[10] = Long.toString(caps.tokensMin());
            args[11] = Long.toString(caps.tokensWant());
            args[12 + 2 * i] = Long.toString(caps.known().get(i).version());
            args[13 + 2 * i] = Long.toString(caps.known().get(i).limit());
        }
        return new Call(Script.INCREASE, shard, keys, args);
    }

    static Call settle(Settle settle, Usd maxOverrun, long n) {
        return settling(
                "final", settle, n, "", "", "", settle.disputed() ? "0" : nano(maxOverrun.nano()), 0, 0, List.of());
    }

    static Call replay(ControlPort.Gone gone, long n) {
        return settling(
                "replay",
                gone.settle(),
                n,
                nano(gone.captured().nano()),
                "",
                "",
                "",
                gone.tokens(),
                gone.bundle(),
                gone.burnt());
    }

    static Call adjust(ControlPort.Gone gone, boolean hasFinal, long n) {
        return settling(
                "adjust",
                gone.settle(),
                n,
                nano(gone.captured().nano()),
                hasFinal ? "1" : "0",
                "",
                "",
                gone.tokens(),
                gone.bundle(),
                gone.burnt());
    }

    static Call expire(Settle nothing, DueHold hold, long n) {
        return settling(
                "expire",
                nothing,
                n,
                "",
                Integer.toString(hold.generation()),
                Long.toString(hold.expiresMs()),
                "",
                0,
                0,
                List.of());
    }

    /** At most 100 keys of records of one shard. */
    static Call tick(int shard, List<String> records, long n) {
        List<String> keys = new ArrayList<>();
        keys.add(Keys.shard(shard));
        keys.addAll(records);
        return new Call(Script.SETTLE, shard, keys.toArray(String[]::new), new String[] {
            Script.VERSION, Long.toString(n), now(), "tick"
        });
    }

    private static Call settling(
            String mode,
            Settle settle,
            long n,
            String captured,
            String generation,
            String expiresMs,
            String maxOverrun,
            long tokensCaptured,
            long bundleCaptured,
            List<GrantMove> burnt) {
        WalletAddress at = settle.at();
        Settle.Counted counted = settle.counted();
        List<String> caps = counted.caps().keys(at.shard());
        String[] keys = new String[6 + caps.size()];
        keys[0] = Keys.shard(at.shard());
        keys[1] = Keys.wallet(at);
        keys[2] = Keys.exchange(at.shard(), settle.exchange());
        keys[3] = Keys.expiries(at.shard());
        keys[4] = Keys.ledger(at.shard());
        keys[5] = Keys.grants(at);
        for (int i = 0; i < caps.size(); i++) {
            keys[6 + i] = caps.get(i);
        }
        String[] fixed = new String[] {
            Script.VERSION,
            Long.toString(n),
            now(),
            mode,
            settle.exchange(),
            at.organisation(),
            at.wallet(),
            settle.fingerprint(),
            nano(settle.total().nano()),
            settle.estimated() ? "1" : "0",
            settle.reference(),
            captured,
            generation,
            expiresMs,
            maxOverrun,
            GrantMove.text(burnt)
        };
        if (caps.isEmpty()) {
            return new Call(Script.SETTLE, at.shard(), keys, fixed);
        }
        boolean known = (mode.equals("replay") || mode.equals("adjust"))
                && counted.caps().bundle().isPresent();
        String[] args = Arrays.copyOf(fixed, fixed.length + (known ? 5 : 4));
        int next = fixed.length - 1;
        args[next++] = counted.caps().text();
        args[next++] = Long.toString(tokensCaptured);
        args[next++] = Long.toString(counted.tokens());
        args[next++] = counted.came() ? "1" : "0";
        if (known) {
            args[next++] = Long.toString(bundleCaptured);
        }
        args[next] = fixed[fixed.length - 1];
        return new Call(Script.SETTLE, at.shard(), keys, args);
    }

    static Call post(Post post, long n) {
        WalletAddress at = post.at();
        List<String> keys = new ArrayList<>(List.of(
                Keys.shard(at.shard()),
                Keys.wallet(at),
                Keys.ledger(at.shard()),
                Keys.posted(at.shard(), post.entry()),
                Keys.grants(at)));
        List<String> args = new ArrayList<>(List.of(
                Script.VERSION,
                Long.toString(n),
                now(),
                post.entry(),
                at.organisation(),
                at.wallet(),
                post.kind().wireName(),
                nano(post.amount().nano()),
                post.force() ? "1" : "0",
                post.currency(),
                post.reference(),
                post.actor(),
                GrantMove.text(post.grants())));
        TokensBack back = post.back();
        if (back != null) {
            keys.add(Keys.cap(at.shard(), back.counter()));
            args.add(back.startMs() + "," + back.tokens());
        }
        return new Call(Script.POST, at.shard(), keys.toArray(String[]::new), args.toArray(String[]::new));
    }

    /** Takes what is over of a wallet's promotional money. No name is kept of it: what is taken is not due again. */
    static Call expireGrants(WalletAddress at, String currency, long n) {
        return new Call(
                Script.POST,
                at.shard(),
                new String[] {
                    Keys.shard(at.shard()),
                    Keys.wallet(at),
                    Keys.ledger(at.shard()),
                    Keys.posted(at.shard(), "grant_expiry:" + at.wallet()),
                    Keys.grants(at)
                },
                new String[] {
                    Script.VERSION,
                    Long.toString(n),
                    now(),
                    "grant_expiry",
                    at.organisation(),
                    at.wallet(),
                    "grant_expiry",
                    "0",
                    "0",
                    currency,
                    "expired",
                    "gateway",
                    ""
                });
    }

    static Call set(WalletAddress at, String what, long version, String value, long n) {
        return new Call(
                Script.SET,
                at.shard(),
                new String[] {Keys.shard(at.shard()), Keys.organisation(at), Keys.wallet(at)},
                new String[] {Script.VERSION, Long.toString(n), now(), what, Long.toString(version), value});
    }

    static Call setCap(WalletAddress at, String what, String counter, long version, long n) {
        return new Call(
                Script.SET,
                at.shard(),
                new String[] {
                    Keys.shard(at.shard()),
                    Keys.organisation(at),
                    Keys.cap(at.shard(), counter),
                    Keys.ledger(at.shard())
                },
                new String[] {Script.VERSION, Long.toString(n), now(), what, Long.toString(version), at.organisation()
                });
    }

    static Call setMark(WalletAddress at, IdempotencyMark mark, String exchange, Duration life, long n) {
        return new Call(
                Script.SET,
                at.shard(),
                new String[] {Keys.shard(at.shard()), Keys.organisation(at), Keys.mark(at.shard(), mark)},
                new String[] {Script.VERSION, Long.toString(n), now(), "mark", ms(life), exchange, mark.print()});
    }

    static Call fence(int shard, Fence fence) {
        return new Call(Script.FENCE, shard, new String[] {Keys.shard(shard)}, new String[] {
            Script.VERSION,
            fence.genesis() ? "genesis" : "open",
            fence.line(),
            Long.toString(fence.epoch()),
            Long.toString(fence.expectedEpoch()),
            Long.toString(fence.expectedN()),
            ms(fence.noReaping()),
            ms(fence.reinstating())
        });
    }

    static Call close(int shard, ShardState found) {
        return new Call(Script.FENCE, shard, new String[] {Keys.shard(shard)}, new String[] {
            Script.VERSION,
            "close",
            found.line(),
            Long.toString(found.epoch() + 1),
            Long.toString(found.epoch()),
            Long.toString(found.n()),
            "0",
            "0"
        });
    }

    static Call endReinstating(int shard, String line, long epoch) {
        return new Call(Script.FENCE, shard, new String[] {Keys.shard(shard)}, new String[] {
            Script.VERSION, "window", line, Long.toString(epoch), "0", "0", "0", "0"
        });
    }

    /**
     * Books an entry again.
     *
     * @param holding what caps hold for its exchange, as far as it is known
     */
    static Call reapply(Reapply again, HeldCaps holding) {
        LedgerEntry entry = again.entry();
        WalletAddress at = again.at();
        int shard = at.shard();
        List<String> keys = new ArrayList<>();
        keys.add(Keys.shard(shard));
        keys.add(again.counter().isEmpty() ? Keys.wallet(at) : Keys.cap(shard, again.counter()));
        keys.add(
                entry.exchange().isEmpty()
                        ? Keys.posted(shard, entry.entry())
                        : Keys.exchange(shard, entry.exchange()));
        keys.add(Keys.expiries(shard));
        keys.add(Keys.grants(at));
        List<String> args = new ArrayList<>(List.of(
                Script.VERSION,
                again.line(),
                Long.toString(again.epoch()),
                Long.toString(entry.n()),
                entry.entry(),
                at.organisation(),
                at.wallet(),
                entry.exchange(),
                entry.kind(),
                nano(entry.amount().nano()),
                nano(entry.balance().nano()),
                Long.toString(entry.seq()),
                entry.fingerprint(),
                again.currency(),
                nano(entry.shortfall().nano()),
                Long.toString(entry.epoch()),
                nano(again.taken()),
                again.kept() ? "1" : "0",
                GrantMove.text(again.granted()),
                GrantMove.text(again.burnt()),
                again.overruns()));
        for (Reapply.Move move : again.moves()) {
            keys.add(Keys.cap(shard, move.counter()));
            args.add(Long.toString(move.start()));
            args.add(Long.toString(move.moved()));
        }
        keys.addAll(holding.keys(shard));
        again.gone().forEach(exchange -> keys.add(Keys.exchange(shard, exchange)));
        Reapply.Named named = again.named();
        if (named != null) {
            keys.add(Keys.mark(shard, named.mark()));
            args.add(named.mark().print());
            args.add(ms(named.left()));
        }
        return new Call(Script.REAPPLY, shard, keys.toArray(String[]::new), args.toArray(String[]::new));
    }

    private static String now() {
        return Long.toString(System.currentTimeMillis());
    }

    private static String ms(Duration duration) {
        return Long.toString(duration.toMillis());
    }

    private static String nano(long nano) {
        return Long.toString(nano);
    }
}
