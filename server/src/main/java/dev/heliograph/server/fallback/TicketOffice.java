package dev.heliograph.server.fallback;

import com.google.gson.Gson;
import dev.heliograph.proto.device.v1.Ticket;
import dev.heliograph.server.auth.Principal;
import dev.heliograph.server.log.Tickets;
import dev.heliograph.server.websocket.HttpDoor.Refused;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Gives a ticket for what a token says, and takes it back. */
final class TicketOffice {

    private static final Gson GSON = new Gson();

    private final Tickets tickets;

    TicketOffice(Tickets tickets) {
        this.tickets = tickets;
    }

    /** What a ticket stands for, as Redis holds it: never the token. */
    private record Holder(
            String tenant,
            String subject,
            String device,
            Set<String> scopes,
            List<String> topics,
            long expiresAtMs) {

        static Holder of(Principal principal) {
            return new Holder(
                    principal.tenant(),
                    principal.subject(),
                    principal.device().orElse(null),
                    principal.scopes(),
                    principal.topics(),
                    principal.expiresAt().toEpochMilli());
        }

        Principal principal() {
            return new Principal(
                    tenant,
                    subject,
                    Optional.ofNullable(device),
                    Set.copyOf(scopes),
                    List.copyOf(topics),
                    Instant.ofEpochMilli(expiresAtMs));
        }
    }

    /**
     * A ticket.
     *
     * @throws Refused when Redis takes none at the moment
     */
    Ticket issue(Principal principal) throws Refused {
        try {
            return Ticket.newBuilder()
                    .setTicket(
                            tickets.issue(
                                            ChannelList.inbox(principal),
                                            GSON.toJson(Holder.of(principal)))
                                    .join())
                    .setExpiresInMs((int) tickets.life().toMillis())
                    .build();
        } catch (RuntimeException e) {
            throw HttpSession.unavailable();
        }
    }

    /**
     * Whom a ticket speaks for; empty when it is none, has expired or was used.
     *
     * @throws Refused when Redis cannot be asked
     */
    Optional<Principal> redeem(String ticket) throws Refused {
        try {
            return tickets.redeem(ticket)
                    .join()
                    .map(holder -> GSON.fromJson(holder, Holder.class).principal());
        } catch (RuntimeException e) {
            throw HttpSession.unavailable();
        }
    }
}
