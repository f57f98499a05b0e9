#include "pool/mailbox.h"

#include "base/alloc.h"
#include "base/error.h"
#include "base/os.h"

/*
 * Triple buffering for several readers: a reference count split in two, so that writer and readers never wait for each
 * other, nor try again because of each other.
 *
 *     latest   63              8 7      0          slot s      released   (readers add)
 *              [    taken      ][  slot  ]                     taken      (the writer's own)
 *
 *     writer                                        reader
 *     ──────                                        ──────
 *     begin: any slot but the newest                take: held + 1, not above `readers`
 *            whose taken equals released                  latest + 1 taken: tells the slot and counts, in one step
 *     publish: exchange latest for (slot, 0)        release: released[slot] + 1
 *            the old slot's taken += what it held            held - 1
 *
 * While a slot is the newest its takes are counted in `latest`; the exchange moves the count to the slot, where only
 * the writer looks at it. Both counts only ever grow: a slot that is not the newest is free when they are equal, and
 * from then on nobody can take it, since takes go through `latest`.
 *
 * Why there is always a free slot. At most `readers` slots are held, one is the newest: of readers + 2 at least one is
 * left. The writer must not see less than that either, hence the orders: a reader that was let in by another one's
 * release (held: release, acquire) counts its take in `latest` (release), the writer's exchange (acquire) sees the take
 * and so, through both readers, the release before it. A writer that knows of a take knows of every release that made
 * room for it.
 *
 * What is in the slots. publish releases, take acquires: a reader sees all of what it holds, also when it read `latest`
 * from another reader's addition, for additions continue the release sequence of the exchange. release releases,
 * begin acquires: the writer fills a slot after everybody has read it; additions to `released` continue each other.
 *
 * The bell is for readers that have nothing else to do: a sleeper says so (`sleepers`) and then looks at the bell once
 * more; the writer rings and then looks for sleepers. All four are sequentially consistent: one sees the other.
 */

enum { SLOT_BITS = 8, NOTHING = 255 };

typedef struct orr__mailbox_slot {
    _Alignas(64) _Atomic uint64_t released;
    uint64_t taken; /* the writer's: takes while it was the newest, all times together */
} slot;

int32_t orr__mailbox_init(orr__mailbox *mailbox, orr__alloc *alloc, uint32_t readers)
{
    const uint32_t count = readers + 2;
    mailbox->slots = orr__alloc_zero(alloc, count * sizeof *mailbox->slots, _Alignof(slot));
    if (!mailbox->slots) return ORR_E_MEMORY;
    mailbox->alloc = alloc;
    mailbox->slot_count = count;
    mailbox->readers = readers;
    mailbox->filling = ORR__MAILBOX_NONE;
    for (uint32_t i = 0; i < count; i++) atomic_init(&mailbox->slots[i].released, 0);
    atomic_init(&mailbox->latest, NOTHING);
    atomic_init(&mailbox->held, 0);
    atomic_init(&mailbox->bell, 0);
    atomic_init(&mailbox->sleepers, 0);
    atomic_init(&mailbox->sequence, 0);
    return ORR_OK;
}

void orr__mailbox_fini(orr__mailbox *mailbox)
{
    if (!mailbox->slots) return;
    orr__alloc_free(mailbox->alloc, mailbox->slots, mailbox->slot_count * sizeof *mailbox->slots);
    mailbox->slots = NULL;
}

/* ---- the writer ---- */

static bool is_free(const orr__mailbox *mailbox, uint32_t at)
{
    return mailbox->slots[at].taken == atomic_load_explicit(&mailbox->slots[at].released, memory_order_acquire);
}

uint32_t orr__mailbox_begin(orr__mailbox *mailbox)
{
    if (mailbox->filling != ORR__MAILBOX_NONE) return mailbox->filling;
    const uint32_t newest = (uint32_t)(atomic_load_explicit(&mailbox->latest, memory_order_relaxed) & NOTHING);
    uint32_t at = 0;
    while (at < mailbox->slot_count && (at == newest || !is_free(mailbox, at))) at++;
    ORR__ASSERT(at < mailbox->slot_count);
    return mailbox->filling = at;
}

uint64_t orr__mailbox_publish(orr__mailbox *mailbox)
{
    const uint64_t sequence = atomic_load_explicit(&mailbox->sequence, memory_order_relaxed) + 1;
    const uint64_t old = atomic_exchange_explicit(&mailbox->latest, mailbox->filling, memory_order_acq_rel);
    if ((old & NOTHING) != NOTHING) mailbox->slots[old & NOTHING].taken += old >> SLOT_BITS;
    mailbox->filling = ORR__MAILBOX_NONE;
    atomic_store_explicit(&mailbox->sequence, sequence, memory_order_release);
    atomic_store(&mailbox->bell, (uint32_t)sequence);
    if (atomic_load(&mailbox->sleepers) != 0) orr__unpark_all(&mailbox->bell);
    return sequence;
}

/* ---- readers ---- */

static void let_go(orr__mailbox *mailbox)
{
    atomic_fetch_sub_explicit(&mailbox->held, 1, memory_order_release);
}

uint32_t orr__mailbox_take(orr__mailbox *mailbox, bool *full)
{
    uint32_t held = atomic_load_explicit(&mailbox->held, memory_order_relaxed);
    while (held < mailbox->readers &&
           !atomic_compare_exchange_weak_explicit(&mailbox->held, &held, held + 1, memory_order_acquire,
                                                  memory_order_relaxed)) {}
    if (full) *full = held >= mailbox->readers;
    if (held >= mailbox->readers) return ORR__MAILBOX_NONE;
    const uint64_t word = atomic_fetch_add_explicit(&mailbox->latest, 1u << SLOT_BITS, memory_order_acq_rel);
    if ((word & NOTHING) != NOTHING) return (uint32_t)(word & NOTHING);
    let_go(mailbox); /* takes of nothing are counted nowhere */
    return ORR__MAILBOX_NONE;
}

void orr__mailbox_release(orr__mailbox *mailbox, uint32_t at)
{
    atomic_fetch_add_explicit(&mailbox->slots[at].released, 1, memory_order_release);
    let_go(mailbox);
}

uint64_t orr__mailbox_sequence(const orr__mailbox *mailbox)
{
    return atomic_load_explicit(&mailbox->sequence, memory_order_acquire);
}

bool orr__mailbox_wait(orr__mailbox *mailbox, uint64_t sequence, uint64_t timeout_ns)
{
    const uint64_t began = orr__clock_ns();
    bool in_time = true;
    atomic_fetch_add(&mailbox->sleepers, 1);
    while (in_time) {
        const uint32_t bell = atomic_load(&mailbox->bell);
        if (orr__mailbox_sequence(mailbox) > sequence) break;
        const uint64_t spent = orr__clock_ns() - began;
        in_time = spent < timeout_ns;
        if (in_time) orr__park(&mailbox->bell, bell, timeout_ns == ORR__FOREVER ? timeout_ns : timeout_ns - spent);
    }
    atomic_fetch_sub(&mailbox->sleepers, 1);
    return in_time;
}
