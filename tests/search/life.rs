//! The life of an index: put, commit, reopen, rebuild, damage.

use std::{fs, path::Path};

use linggong::domain::{
    org::EmployerKind,
    posting::Status,
    worker::{Available, Group},
};
use linggong::search::{Index, JobQuery, Rebuild, SearchError};

use crate::world::{NOW, Shop, ids, member, posting, shift, worker};

#[test]
fn place_and_set_outlive_the_process() {
    let shop = Shop::empty();
    assert_eq!(shop.index.place().unwrap(), 0);
    for id in ["c", "a", "b"] {
        shop.index.put_job(&posting(id)).unwrap();
    }
    shop.index.put_worker(&worker("w").into()).unwrap();
    assert_eq!(shop.index.jobs_held().unwrap(), [], "nothing shows before the commit");
    shop.index.commit(7).unwrap();

    let mut newer = posting("b");
    newer.version = 2;
    shop.index.put_job(&newer).unwrap();
    shop.index.remove_job(&posting("c").id).unwrap();
    let mut filled = posting("a");
    filled.status = Status::Filled;
    shop.index.put_job(&filled).unwrap();
    shop.index.commit(9).unwrap();
    shop.index.put_job(&posting("d")).unwrap();

    let held = [("job_b".to_owned(), 2)];
    assert_eq!(shop.index.jobs_held().unwrap(), held);
    let Shop { index, dir } = shop;
    drop(index);
    let again = Index::open(&dir.path().join("index")).unwrap();
    assert_eq!(again.place().unwrap(), 9);
    assert_eq!(again.jobs_held().unwrap(), held);
    assert_eq!(again.workers_held().unwrap(), [("wkr_w".to_owned(), 1)]);
    again.verify().unwrap();
    again.remove_worker(&worker("w").id).unwrap();
    again.commit(10).unwrap();
    assert_eq!(again.workers_held().unwrap(), []);
}

#[test]
fn many_commits_leave_place_and_set() {
    // Enough segments for the engine to merge some.
    let shop = Shop::empty();
    for place in 1..=30 {
        shop.index.put_job(&posting(&format!("p{place}"))).unwrap();
        shop.index.commit(place).unwrap();
    }
    assert_eq!(shop.index.place().unwrap(), 30);
    assert_eq!(shop.index.jobs_held().unwrap().len(), 30);
}

/// Killed after a commit wrote its files and before it noted them: they lie there, and the same
/// change writes files of the same names again.
#[test]
fn what_a_commit_that_was_killed_left_is_written_again() {
    let shop = Shop::of(&[posting("a"), posting("b")]);
    let Shop { index, dir } = shop;
    drop(index);
    let (whole, killed) = (dir.path().join("index"), dir.path().join("killed"));
    copy(&whole, &killed);
    let close = |index: &Index| {
        index.remove_job(&posting("a").id)?;
        index.commit(5)
    };
    close(&Index::own(&whole).unwrap()).unwrap();
    for file in files(&whole).iter().filter(|file| !file.ends_with("meta.json")) {
        fs::copy(file, killed.join(file.strip_prefix(&whole).unwrap())).unwrap();
    }
    let again = Index::own(&killed).unwrap();
    close(&again).unwrap();
    assert_eq!(again.jobs_held().unwrap(), [("job_b".to_owned(), 1)]);
    again.verify().unwrap();
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let (path, name) = entry.map(|entry| (entry.path(), entry.file_name())).unwrap();
        if path.is_dir() {
            copy(&path, &to.join(name));
        } else {
            fs::copy(&path, to.join(name)).unwrap();
        }
    }
}

#[test]
fn only_one_writes() {
    let shop = Shop::of(&[posting("a")]);
    let second = std::sync::Arc::new(Index::open(&shop.path()).unwrap());
    assert!(matches!(Index::own(&shop.path()), Err(SearchError::Locked)));
    assert_eq!(second.jobs_held().unwrap().len(), 1, "reading needs no lock");
    assert!(matches!(second.put_job(&posting("b")), Err(SearchError::Locked)));
    assert!(matches!(Rebuild::begin(&second), Err(SearchError::Locked)));
}

#[test]
fn a_rebuilt_index_takes_the_old_ones_place() {
    let shop = Shop::of(&[posting("old")]);
    let rebuild = Rebuild::begin(&shop.index).unwrap();
    assert!(matches!(Rebuild::begin(&shop.index), Err(SearchError::Locked)));
    for id in ["x", "y"] {
        rebuild.put_jobs(&[posting(id)]).unwrap();
    }
    let mut draft = posting("z");
    draft.status = Status::Draft;
    rebuild.put_jobs(&[draft]).unwrap();
    rebuild.put_workers(&[worker("w").into()]).unwrap();
    assert_eq!(ids(&shop.index.jobs(&JobQuery::new(NOW)).unwrap()), ["old"]);
    shop.index.put_job(&posting("meanwhile")).unwrap();
    rebuild.finish(40).unwrap();

    assert_eq!(ids(&shop.index.jobs(&JobQuery::new(NOW)).unwrap()), ["x", "y"]);
    assert_eq!(shop.index.place().unwrap(), 40);
    shop.index.put_job(&posting("later")).unwrap();
    shop.index.commit(41).unwrap();

    let Shop { index, dir } = shop;
    drop(index);
    let mut names: Vec<_> =
        fs::read_dir(dir.path()).unwrap().map(|e| e.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(names, ["index", "index.lock"]);
    let again = Index::open(&dir.path().join("index")).unwrap();
    assert_eq!(again.jobs_held().unwrap().len(), 3);
    assert_eq!(again.place().unwrap(), 41);
}

#[test]
fn a_rebuild_that_is_given_up_changes_nothing() {
    let shop = Shop::of(&[posting("old")]);
    for _ in 0..2 {
        let rebuild = Rebuild::begin(&shop.index).unwrap();
        rebuild.put_jobs(&[posting("x")]).unwrap();
        drop(rebuild);
        assert!(!shop.dir.path().join("index.new").exists());
    }
    assert_eq!(ids(&shop.index.jobs(&JobQuery::new(NOW)).unwrap()), ["old"]);
    shop.index.put_job(&posting("next")).unwrap();
    shop.index.commit(2).unwrap();
    assert_eq!(shop.index.jobs_held().unwrap().len(), 2);
}

#[test]
fn a_change_cut_off_between_its_renamings_is_undone() {
    let Shop { index, dir } = Shop::of(&[posting("a")]);
    drop(index);
    let path = dir.path().join("index");
    fs::rename(&path, dir.path().join("index.old")).unwrap();
    // Who only reads leaves it to the owner.
    assert!(matches!(Index::open(&path), Err(SearchError::Damaged(_))));
    assert_eq!(Index::own(&path).unwrap().jobs_held().unwrap().len(), 1);
}

fn files(dir: &Path) -> Vec<std::path::PathBuf> {
    let inner = |name| fs::read_dir(dir.join(name)).unwrap().map(|entry| entry.unwrap().path());
    inner("jobs").chain(inner("workers")).filter(|path| path.is_file()).collect()
}

#[test]
fn broken_files_are_told() {
    let made = || {
        let shop = Shop::of(&[posting("a"), posting("b")]);
        shop.index.put_worker(&worker("w").into()).unwrap();
        shop.index.commit(2).unwrap();
        let path = shop.path();
        (shop.dir, path)
    };
    let (_keep, whole) = made();
    let kinds = files(&whole).len();
    assert!(kinds > 4);
    for at in 0..kinds {
        let (_dir, path) = made();
        let file = files(&path).swap_remove(at);
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        // Locks hold nothing, and the list of managed files serves only their removal.
        if name.ends_with(".lock") || name == ".managed.json" {
            continue;
        }
        let bytes = fs::read(&file).unwrap();
        for broken in [&bytes[..bytes.len() / 2], b"", b"{}"] {
            fs::write(&file, broken).unwrap();
            let told = Index::open(&path).and_then(|index| index.verify());
            assert!(matches!(told, Err(SearchError::Damaged(_))), "{name}: {told:?}");
        }
        fs::remove_file(&file).unwrap();
        let told = Index::open(&path).and_then(|index| index.verify());
        assert!(matches!(told, Err(SearchError::Damaged(_))), "{name} is gone: {told:?}");

        let fresh = Index::own(&path).unwrap();
        assert_eq!((fresh.place().unwrap(), fresh.jobs_held().unwrap()), (0, Vec::new()));
    }
}

#[test]
fn a_flipped_bit_is_found() {
    let Shop { index, dir } = Shop::of(&[posting("a")]);
    drop(index);
    let path = dir.path().join("index");
    let file = files(&path).into_iter().find(|path| path.extension().is_some_and(|e| e == "fast"));
    let file = file.unwrap();
    let mut bytes = fs::read(&file).unwrap();
    bytes[3] ^= 1;
    fs::write(&file, bytes).unwrap();
    let told = Index::open(&path).and_then(|index| index.verify());
    assert!(matches!(told, Err(SearchError::Damaged(_))), "{told:?}");
}

#[test]
fn another_schema_is_told() {
    let shop = Shop::of(&[]);
    let path = shop.path();
    drop(shop.index);
    let meta = path.join("jobs/meta.json");
    let text = fs::read_to_string(&meta).unwrap();
    assert!(text.contains("linggong-6"));
    fs::write(&meta, text.replace("linggong-6", "linggong-0")).unwrap();
    assert!(matches!(Index::open(&path), Err(SearchError::Damaged(_))));
}

/// Every word of every field: the files hold them compressed.
fn indexed_words(path: &Path) -> Vec<u8> {
    let mut words = Vec::new();
    for name in ["jobs", "workers"] {
        let index = tantivy::Index::open_in_dir(path.join(name)).unwrap();
        for segment in index.reader().unwrap().searcher().segment_readers() {
            for (field, entry) in index.schema().fields() {
                if entry.is_indexed() {
                    let inverted = segment.inverted_index(field).unwrap();
                    let mut terms = inverted.terms().stream().unwrap();
                    while terms.advance() {
                        words.extend_from_slice(terms.key());
                        words.push(b' ');
                    }
                }
                if let Ok(Some(column)) = segment.fast_fields().str(entry.name()) {
                    for ord in 0..column.num_terms() as u64 {
                        let mut word = String::new();
                        column.ord_to_str(ord, &mut word).unwrap();
                        words.extend(word.bytes().chain([b' ']));
                    }
                }
            }
        }
    }
    words
}

#[test]
fn nothing_personal_is_written() {
    let shop = Shop::empty();
    let mut person = worker("w");
    person.person.name = "欧阳娜仁托娅".to_owned();
    person.person.phone = Some("13895310001".parse().unwrap());
    person.person.memberships = member(&[Group::Monitored]);
    person.person.household = Some("household77".to_owned());
    person.village = Some("640106103205".to_owned());
    person.profile.available = Available::Words("phone 13895310002".to_owned());
    let mut private = posting("p");
    private.terms.employer.kind = EmployerKind::Individual;
    private.terms.employer.name = "慕容阿依努尔".to_owned();
    shop.index.put_worker(&person.clone().into()).unwrap();
    shop.index.put_job(&private).unwrap();
    shop.index.put_job(&posting("open")).unwrap();
    shop.index.commit(1).unwrap();

    let path = shop.path();
    drop(shop.index);
    let mut bytes: Vec<u8> = files(&path).iter().flat_map(|file| fs::read(file).unwrap()).collect();
    bytes.extend(indexed_words(&path));
    let has = |text: &str| bytes.windows(text.len()).any(|window| window == text.as_bytes());
    for open in ["良田", "塞上", "job_p", "wkr_w"] {
        assert!(has(open), "the scan sees what is indexed: {open}");
    }
    for secret in [
        "欧阳",
        "娜仁",
        "托娅",
        "1389531",
        "monitored",
        "监测",
        "household",
        "640106103205",
        "慕容",
        "阿依",
        "努尔",
    ] {
        assert!(!has(secret), "{secret}");
    }
}

#[test]
fn odd_records_do_no_harm() {
    let shop = Shop::empty();
    let mut odd = posting("odd");
    odd.terms.title = "\u{0}".repeat(3);
    odd.terms.skills = vec!["，".to_owned(), "x".repeat(10_000)];
    odd.terms.description = "长".repeat(4000);
    odd.terms.shifts = vec![shift(NOW, 1); 62];
    shop.index.put_job(&odd).unwrap();
    let mut lost = worker("lost");
    lost.profile.radius_m = f64::NAN;
    lost.profile.skills = Vec::new();
    shop.index.put_worker(&lost.clone().into()).unwrap();
    shop.index.commit(i64::MAX).unwrap();
    assert_eq!(shop.index.place().unwrap(), i64::MAX);
    assert_eq!(ids(&shop.index.jobs(&JobQuery::new(NOW)).unwrap()), ["odd"]);
    assert!(shop.index.candidates(&posting("a"), 9, NOW).unwrap().is_empty());
}
