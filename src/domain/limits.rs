//! Every bound by its name, with its unit; what happens at a crossing stands where it is used.

/// Characters in a posting's title.
pub const TITLE_CHARS: (usize, usize) = (2, 60);
/// Characters in a posting's description.
pub const DESCRIPTION_CHARS_MAX: usize = 4000;
/// Characters in a posting's requirements.
pub const REQUIREMENTS_CHARS_MAX: usize = 1000;
/// Characters in an address.
pub const ADDRESS_CHARS: (usize, usize) = (2, 120);
/// Characters in an organisation's name.
pub const ORG_NAME_CHARS: (usize, usize) = (2, 80);
/// Characters in a person's name.
pub const PERSON_NAME_CHARS: (usize, usize) = (1, 40);
/// Characters in one skill, benefit or other tag.
pub const TAG_CHARS: (usize, usize) = (1, 30);
/// Tags in one list.
pub const TAGS_MAX: usize = 20;
/// Shifts of one posting.
pub const SHIFTS_MAX: usize = 62;
/// Stations chosen for one posting.
pub const STATIONS_MAX: usize = 50;
/// Places of one posting.
pub const HEADCOUNT_MAX: u32 = 10_000;
/// Seats of a ride to work.
pub const SEATS_MAX: u32 = 500;
/// A wage in fen, whatever its unit.
pub const WAGE_FEN_MAX: i64 = 100_000_000;
/// Days that a posting may stay valid.
pub const VALID_DAYS_MAX: i64 = 366;
/// Hours that one shift may last.
pub const SHIFT_HOURS_MAX: i64 = 24;
/// Characters in an external id, a source, an idempotency key.
pub const KEY_CHARS_MAX: usize = 120;
/// Characters in a reason for a refusal.
pub const REASON_CHARS: (usize, usize) = (2, 300);
/// Kilometres of a worker's or a station's radius.
pub const RADIUS_KM_MAX: f64 = 500.0;
/// Rows in one page of an answer.
pub const PAGE_MAX: usize = 100;
/// Characters of a search text that are looked at.
pub const QUERY_CHARS_MAX: usize = 100;
/// Searches that one account may keep.
pub const SAVED_MAX: usize = 20;
/// Characters in a saved search's name.
pub const SAVED_NAME_CHARS: (usize, usize) = (1, 40);
/// Characters in a saved search's query string.
pub const SAVED_QUERY_CHARS: (usize, usize) = (1, 1000);
/// Bytes of a request's body.
pub const BODY_BYTES_MAX: usize = 64 * 1024;
/// Characters in the name to sign in with.
pub const LOGIN_CHARS: (usize, usize) = (2, 60);
/// People who may share a phone and still be told apart by their PINs.
pub const PHONE_SHARERS_MAX: i64 = 20;
/// Characters in a password.
pub const PASSWORD_CHARS: (usize, usize) = (8, 200);
/// Characters in each part of what a station must show. With the notices it fits one message of
/// the feed.
pub const DISCLOSURE_CHARS_MAX: usize = 40;
/// Characters in a notice: two lines of a wide screen.
pub const NOTICE_CHARS: (usize, usize) = (2, 80);
/// Notices of a station that stand at once.
pub const NOTICES_MAX: usize = 6;
/// Waiting-list places for each place of a posting.
pub const WAITING_PER_PLACE: u32 = 1;
/// People for whom one dispatch plans; who came goes before who only looks for work.
pub const DISPATCH_PEOPLE_MAX: usize = 500;
/// Postings that one dispatch fills, those that start first.
pub const DISPATCH_POSTINGS_MAX: usize = 200;
/// The highest number of a day's crew.
pub const CREW_MAX: u16 = 999;
/// Members of a crew, and places that it takes at once.
pub const CREW_MEMBERS_MAX: usize = 60;
/// Characters of free text on when a worker is available.
pub const AVAILABLE_CHARS_MAX: usize = 200;
/// Characters of a certificate's name with its last day.
pub const CERTIFICATE_CHARS_MAX: usize = 60;
/// Entries of a weekly time.
pub const WEEKLY_MAX: usize = 100;
/// Bytes of one piece of evidence.
pub const EVIDENCE_BYTES_MAX: usize = 5 * 1024 * 1024;
/// Pieces of evidence about one placement or person.
pub const EVIDENCE_MAX: usize = 40;
/// Pieces of evidence about one organisation.
pub const ORG_EVIDENCE_MAX: usize = 1_100;
/// Authorisations of one broker, and in one list.
pub const MANDATES_MAX: i64 = 1_000;
/// Days for which one authorisation holds.
pub const MANDATE_DAYS_MAX: i64 = 3 * 366;
/// Organisations in one list.
pub const POSTERS_MAX: i64 = 2_000;
/// Minutes in which whoever made a step on a booking takes it back.
pub const UNDO_MINUTES: i64 = 10;
/// Records that a list of a console looks through, the newest first; of postings, so many a state.
pub const LIST_ROWS_MAX: i64 = 2_000;
/// Bytes of a sheet that is uploaded.
pub const SHEET_BYTES_MAX: usize = 2 * 1024 * 1024;
/// Rows of a sheet that is uploaded.
pub const SHEET_ROWS_MAX: usize = 5_000;
/// Objections to one claim.
pub const OBJECTIONS_MAX: usize = 20;
/// Placements that one answer or page evaluates.
pub const PLACEMENTS_MAX: i64 = 20_000;
/// Claims in one list.
pub const CLAIMS_MAX: i64 = 2_000;
/// Years back that a placement may begin.
pub const PLACEMENT_YEARS_MAX: u32 = 10;
