"""The name of every Redis key, and nothing else.

```
distill:datasets                   set     ids of all datasets ever seen
distill:webhooks                   hash    webhook id → {"secret", "url"}
distill:left                       set     what `disconnect` took back, while we are not connected
distill:users                      hash    Argilla user id → user name
distill:counters                   hash    "name|label|…" → count
distill:timings                    hash    "call|le|seconds", "call|sum", "call|errors" → number
distill:beats                      hash    process name → ms since the epoch when last alive
distill:memory                     string  what datasets take of Redis's memory, as last counted
distill:probe                      string  whether Redis takes a write (expires)
distill:cookie                     string  the key that signs session cookies
distill:attempts:<who>             hash    failed sign-ins of late, by name and address (expires)
distill:sign-in:<id>               string  who is signed in with this cookie (expires)

distill:reviews                    hash    dataset → its review dataset, {"id", "name", "word", …}
distill:reviewed                   hash    review dataset, also a former one → the dataset
distill:twinned                    hash    twin of a version, also a former one → the dataset

distill:<dataset>:info             hash    what `status` shows
distill:<dataset>:dirty            hash    record id → sequence number of its latest delivery
distill:<dataset>:since            zset    record id by the time since when it has been dirty
distill:<dataset>:surveyed         set     dirty records that were learned from already
distill:<dataset>:sequence         string  the last sequence number
distill:<dataset>:stale            set     records whose decision moved: to be published when idle
distill:<dataset>:moved            set     records that may be decided otherwise: to be compared when idle
distill:<dataset>:poison           hash    record id → {"error", "at"}: set aside
distill:<dataset>:wake             string  a job is queued or running (expires)
distill:<dataset>:lease            string  the token of the one distiller (expires)
distill:<dataset>:committed        string  the mark of what its holder last wrote (expires)
distill:<dataset>:wanted           string  somebody waits for the lease (expires)
distill:<dataset>:unanswered       hash    token → a write to Argilla whose end nobody has seen
distill:<dataset>:unsettled        string  something was learned since nothing was left to do
distill:<dataset>:texts            set     records whose texts are in no saved model
distill:<dataset>:texts_since      set     those that were read since a fit beside the workers began
distill:<dataset>:fitting          string  the token of the one who fits beside the workers (expires)
distill:<dataset>:fitted           string  how many such fits were ever saved
distill:<dataset>:tries            string  how often the batch in hand was begun
distill:<dataset>:sweep            hash    "begun", "seen:<n>": a sweep that is done in slices (expires)
distill:<dataset>:history          stream  what was ever said and decided; never rewritten
distill:<dataset>:archive          hash    "end", "entries", "bytes": those of its entries that lie in files
distill:<dataset>:archive_looked   string  whether any are to be moved there was asked just now (expires)
distill:<dataset>:archived         list    the parts of these: file, first and last entry, where which are
distill:<dataset>:archiving        string  the token of the one who moves entries into files (expires)
distill:<dataset>:news             list    ids of its entries about guidelines, settings, rounds
distill:<dataset>:rounds           hash    round → what the history last tells of it
distill:<dataset>:ledger           hash    record id → its current answers and suggestions
distill:<dataset>:external         hash    external id → record id
distill:<dataset>:decisions        hash    record id → question → what we decided and why
distill:<dataset>:conflicts        hash    "record|question" → the conflict
distill:<dataset>:related          hash    kind of conflict → records latest in it
distill:<dataset>:near             set     records decided near a confidence that settings name
distill:<dataset>:annotators       hash    number → {"key", "name", "kind"}
distill:<dataset>:responses        hash    "number|status" → how many responses
distill:<dataset>:model            hash    question → snapshot of its strategy
distill:<dataset>:model_info       hash    question → {"strategy", "version", "position", …}
distill:<dataset>:text_blocks      hash    "question|series|number" → words of texts, for the next fit
distill:<dataset>:saved            string  the mark of the models as they were last saved
distill:<dataset>:decided          list    the records decided last
distill:<dataset>:decided_ever     string  how many were ever put into it
distill:<dataset>:failed_strategies hash   question → {"strategy", "error", "tries", "until"}
distill:<dataset>:due              zset    record → what a review of it is worth
distill:<dataset>:about            hash    record id → how its text begins, of those due
distill:<dataset>:desk             set     records whose copies are to be looked at
distill:<dataset>:doubted          set     records whose copies may not be as we last wrote them
distill:<dataset>:copies           hash    record → its copy in the review dataset
distill:<dataset>:originals        hash    copy in the review dataset → record
distill:<dataset>:audits           zset    record that is to be audited → its place in the line
distill:<dataset>:audit_groups     hash    record that was drawn → its group
distill:<dataset>:exposed          set     records that can be no audits: see `reviewing.audit_candidates`
distill:<dataset>:refused          hash    record of which Argilla takes no copy → why
distill:<dataset>:report           hash    "overview", "last" or "question:<name>" → what was last counted
distill:<dataset>:reporting        string  a report is asked for or being counted (expires)
distill:<dataset>:alike            hash    record → records with nearly the same content

distill:<dataset>:report_thoughts  hash    reviewed record → what was thought of it before it was decided
distill:<dataset>:suspicions       hash    question → which segments of a version are suspect
distill:<dataset>:round_suspicions hash    "version round" → what is suspect of a round in its own version
distill:<dataset>:segment_audits   hash    question → records drawn from segments, for reviewers to decide
distill:<dataset>:sent_failures    hash    id → failures that were sent, and which training records are near
distill:<dataset>:requests         hash    record → what reviewers or further annotators were asked of it

distill:<dataset>:orders           hash    order → what was asked of a worker, and what became of it
distill:<dataset>:uploads          zset    SHA-256 of an uploaded file → when a part of it last arrived
distill:<dataset>:upload:<sha256>  hash    part → its bytes

distill:<dataset>:versions         hash    version → its manifest
distill:<dataset>:version_numbers  hash    strategy → the last number given to a version
distill:<dataset>:tags             hash    tag → the version that it names
distill:<dataset>:making           hash    version → what it is to be, while it is made
distill:<dataset>:making:<version> hash    stage, done, total: how far it has come
distill:<dataset>:differences      hash    "version...version" → what changed between them
distill:<dataset>:comparisons      hash    the same → the two, while they are to be compared
distill:<dataset>:comparing:<pair> hash    done, total, error: how far that has come (expires)
distill:<dataset>:compared         hash    "version...version|run...run" → which is better, as last found out
distill:<dataset>:maker            string  the token of the one who makes a version (expires)
distill:<dataset>:version_bytes    hash    version → bytes of its files, of those that have files
distill:<dataset>:version_failures hash    version → {"name", "error", "at"}: could not be made
distill:<dataset>:version_counts   hash    made, failed, seconds: what making came to, ever
distill:<dataset>:twins            hash    version → its twin in Argilla, {"id", "name", "written", …}
distill:<dataset>:twins:lease      string  the token of the one who writes them (expires)
distill:<dataset>:twins:wanted     string  somebody waits for that lease (expires)
distill:<dataset>:round_plans      hash    round → the round as a whole, {"model", "state", "version", …}
distill:<dataset>:round_reports    hash    round → what it came to, of those that have ended
distill:<dataset>:round_sketches   hash    round → what it would be, as last asked (expires)
distill:<dataset>:round_looked     string  the entry up to which rounds were looked after
distill:<dataset>:round_taken:<round> hash place → an output that was taken, with its probability
distill:<dataset>:round:<round>:lease string the token of the one who writes it (expires)
distill:<dataset>:runs             hash    run → the run as a whole, {"question", "trained_on", …}
distill:<dataset>:run_standings    string  how often each run is right, as last counted
distill:<dataset>:run_predictions:<run> hash block → 500 of its predictions, by record id
distill:<dataset>:prompts          hash    band and its bits → fingerprints of prompts, 8 bytes each, for ever
distill:<dataset>:prompts:joined   hash    fingerprint that joined another's group → that group
```
"""

from __future__ import annotations


class Keys:
    """Names of keys below one prefix."""

    def __init__(self, prefix: str) -> None:
        self.prefix = prefix

    def shared(self, name: str) -> str:
        """A key of the whole service."""
        return f"{self.prefix}:{name}"

    def of(self, dataset_id: str, name: str) -> str:
        """A key of one dataset."""
        return f"{self.prefix}:{dataset_id}:{name}"
