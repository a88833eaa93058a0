//! A damaged index is noticed at the next start and built anew.

use std::{
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use rand::{RngExt, SeedableRng, seq::IndexedRandom};
use rand_chacha::ChaCha20Rng;

use tokio::time;

use crate::{
    process::{Api, Site, posting, quick},
    seed,
};

const POSTINGS: usize = 12;
/// Damage that the start does not see is mended beside service within so long.
const HEALED: Duration = Duration::from_secs(20);

fn files(dir: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, found);
        } else {
            found.push(path);
        }
    }
}

/// Breaks something and says what.
fn damage(index: &Path, dice: &mut ChaCha20Rng) -> String {
    let mut all = Vec::new();
    files(index, &mut all);
    all.sort();
    let file = all.choose(dice).unwrap();
    let shown = file.strip_prefix(index).unwrap().display();
    let length = fs::metadata(file).unwrap().len();
    match dice.random_range(0..4) {
        0 => {
            fs::remove_file(file).unwrap();
            format!("{shown} deleted")
        }
        1 => {
            fs::write(file, "").unwrap();
            format!("{shown} emptied")
        }
        2 if length > 0 => {
            // Only its checksum tells.
            let mut bytes = fs::read(file).unwrap();
            let at = dice.random_range(0..bytes.len());
            bytes[at] ^= 1 << dice.random_range(0..8);
            fs::write(file, bytes).unwrap();
            format!("{shown} with another bit in byte {at} of {length}")
        }
        _ => {
            let left = dice.random_range(0..length.max(1));
            let open = fs::File::options().write(true).open(file).unwrap();
            open.set_len(left).unwrap();
            format!("{shown} cut from {length} to {left} bytes")
        }
    }
}

/// What the search finds, sorted; none while it can't tell.
async fn found(api: &Api) -> Option<Vec<String>> {
    let mut found = api.try_search_all().await?;
    found.sort();
    Some(found)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_damaged_index_is_built_anew() {
    let mut dice = ChaCha20Rng::seed_from_u64(seed("damage"));
    let site = Site::new(None);
    site.add_user("admin").await;
    let mut server = site.serve().await;
    let mut api = server.client("admin").await;
    let mut open = Vec::new();
    for number in 0..POSTINGS {
        open.push(api.publish(posting(&format!("d{number}"), 2)).await);
    }
    let index = site.data.join("index");
    let rounds = if quick() { 3 } else { 25 };
    for round in 0..rounds {
        assert_eq!(server.stop().await.0, Some(0));
        let what = match round {
            0 => {
                fs::remove_dir_all(&index).unwrap();
                "all deleted".to_owned()
            }
            1 => {
                fs::remove_dir_all(index.join("workers")).unwrap();
                "workers deleted".to_owned()
            }
            _ => damage(&index, &mut dice),
        };
        server = site.serve().await;
        api = api.at(&server);
        // It goes on from there, as from a whole one.
        open.push(api.publish(posting(&format!("r{round}"), 2)).await);
        open.sort();
        let whole = async {
            while found(&api).await.as_ref() != Some(&open) {
                time::sleep(Duration::from_millis(20)).await;
            }
            while !site.run(&["check"]).await.status.success() {}
        };
        let healed = time::timeout(HEALED, whole).await;
        assert!(healed.is_ok(), "{what}\n{}", site.log());
    }
    assert_eq!(server.stop().await.0, Some(0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn files_of_a_rebuild_that_was_cut_off_do_not_stay() {
    let site = Site::new(None);
    site.add_user("admin").await;
    let server = site.serve().await;
    let api = server.client("admin").await;
    let id = api.publish(posting("one", 2)).await;
    server.stop().await;
    let [new, old] = ["index.new", "index.old"].map(|name| site.data.join(name));
    fs::create_dir(&new).unwrap();
    fs::write(new.join("meta.json"), "{").unwrap();
    fs::create_dir(&old).unwrap();
    let server = site.serve().await;
    assert_eq!(api.at(&server).search_all().await, std::slice::from_ref(&id));
    assert!(!new.exists() && !old.exists());
    server.stop().await;
    // Between its two renamings.
    fs::rename(site.data.join("index"), &old).unwrap();
    let server = site.serve().await;
    assert_eq!(api.at(&server).search_all().await, [id]);
    assert!(!old.exists());
}
