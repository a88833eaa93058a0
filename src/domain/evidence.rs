//! Evidence (佐证材料): scans that prove a placement, an income or who somebody is. What a file is, its first and last
//! bytes say, not its name.

use super::{
    ids::{AccountId, EvidenceId, OrgId, PlacementId, WorkerId},
    time::Moment,
    wage::choices,
};

choices! {
    /// What a file is.
    Media {
        /// A document.
        Pdf = "application/pdf", "PDF";
        /// A photograph.
        Jpeg = "image/jpeg", "JPEG照片";
        /// A picture.
        Png = "image/png", "PNG图片";
    }
}

/// Why a file is not taken in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotEvidence {
    /// It has no bytes.
    #[error("empty")]
    Empty,
    /// It is none of the kinds that are taken in.
    #[error("neither PDF, JPEG nor PNG")]
    Unknown,
    /// It begins as such a file and does not end as one.
    #[error("cut off")]
    CutOff,
}

impl Media {
    /// What the bytes are.
    ///
    /// # Errors
    /// [`NotEvidence`]
    pub fn of(bytes: &[u8]) -> Result<Media, NotEvidence> {
        // A writer may append white space or a few bytes of padding after the end.
        let tail = &bytes[bytes.len().saturating_sub(TAIL)..];
        let ends = |mark: &[u8]| tail.windows(mark.len()).any(|window| window == mark);
        let (media, whole) = if bytes.is_empty() {
            return Err(NotEvidence::Empty);
        } else if bytes.starts_with(b"%PDF-") {
            (Media::Pdf, ends(b"%%EOF"))
        } else if bytes.starts_with(&[0xff, 0xd8, 0xff]) {
            (Media::Jpeg, ends(&[0xff, 0xd9]))
        } else if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
            (Media::Png, ends(b"IEND"))
        } else {
            return Err(NotEvidence::Unknown);
        };
        if whole { Ok(media) } else { Err(NotEvidence::CutOff) }
    }

    /// Whether a browser shows it within a page.
    pub fn is_picture(self) -> bool {
        match self {
            Media::Jpeg | Media::Png => true,
            Media::Pdf => false,
        }
    }
}

/// Bytes at the end in which a file's end mark is looked for.
const TAIL: usize = 1024;

/// What a piece of evidence is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum About {
    /// A placement.
    Placement(PlacementId),
    /// A person: the household, the groups, income without a placement.
    Worker(WorkerId),
    /// An organisation: its licence, an employer's authorisation.
    Org(OrgId),
}

/// A piece of evidence on record; its bytes are sealed beside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evidence {
    /// The id.
    pub id: EvidenceId,
    /// What it is about.
    pub about: About,
    /// Which paper it is, in the words of the policy.
    pub paper: String,
    /// What the file is.
    pub media: Media,
    /// Its size, bytes.
    pub size_bytes: i64,
    /// SHA-256 of its bytes, lower-case hexadecimal.
    pub sha256: String,
    /// Who brought it; none where the operator did.
    pub added_by: Option<AccountId>,
    /// When.
    pub created_at: Moment,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_file_is_its_bytes_say() {
        assert_eq!(Media::of(b"%PDF-1.7 ... %%EOF\n"), Ok(Media::Pdf));
        assert_eq!(Media::of(b"\xff\xd8\xff\xe0 ... \xff\xd9"), Ok(Media::Jpeg));
        assert_eq!(Media::of(b"\x89PNG\r\n\x1a\n ... IEND\xaeB`\x82"), Ok(Media::Png));
        assert_eq!(Media::of(b""), Err(NotEvidence::Empty));
        assert_eq!(Media::of(b"<html>%PDF-"), Err(NotEvidence::Unknown));
        assert_eq!(Media::of(b"MZ\x90"), Err(NotEvidence::Unknown));
        assert_eq!(Media::of(b"%PDF-1.7 half"), Err(NotEvidence::CutOff));
    }
}
