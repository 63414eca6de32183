use super::*;

const A: &str = "0cc175b9c0f1b6a831c399e269772661";
const B: &str = "92eb5ffee6ae2fec3ad71c777531578f";

fn at() -> DateTime<Utc> {
    "2026-01-01T00:00:00.5Z".parse().unwrap()
}

fn told<'a>(live: &Live<'a>) -> Vec<(&'a str, String, &'a str)> {
    let gem = |gem: &LiveGem<'a>| (gem.name, gem.versions.join(","), gem.md5);
    live.gems().iter().map(gem).collect()
}

#[test]
fn lines_have_three_fields() {
    assert_eq!(header(at()), "created_at: 2026-01-01T00:00:00Z\n---\n");
    assert_eq!(
        line_of_push("Rack", "1.0-java", A),
        format!("Rack 1.0-java {A}\n")
    );
    assert_eq!(
        line_of_yank("Rack", "1.0-java", A),
        format!("Rack -1.0-java {A}\n")
    );
    assert_eq!(
        line_of_summary("Rack", ["1.0", "0.9", "1.0-java"], A),
        Some(format!("Rack 1.0,0.9,1.0-java {A}\n"))
    );
    assert_eq!(line_of_summary("Rack", [], A), None);
}

#[test]
fn events_are_folded() {
    let text = [
        header(at()),
        line_of_summary("b", ["1.0", "0.9", "1.0-java"], A).unwrap(),
        line_of_push("a", "1", A),
        line_of_push("b", "1.1", B),
        line_of_push("B", "1", A),
        line_of_yank("b", "1.0", A),
        line_of_push("gone", "1-x86-linux", A),
        line_of_yank("gone", "1-x86-linux", B),
        line_of_yank("a", "1", B),
        line_of_push("a", "2", A),
        line_of_push("a", "1", B),
    ]
    .concat();
    let live = Live::read(&text);
    assert_eq!(
        told(&live),
        [
            ("B", "1".to_owned(), A),
            ("a", "2,1".to_owned(), B),
            ("b", "0.9,1.0-java,1.1".to_owned(), A),
        ]
    );
    assert_eq!(live.names(), "---\nB\na\nb\n");
    let redrawn = live.document(at());
    assert_eq!(
        redrawn,
        format!(
            "created_at: 2026-01-01T00:00:00Z\n---\nB 1 {A}\na 2,1 {B}\nb 0.9,1.0-java,1.1 {A}\n"
        )
    );
    assert_eq!(Live::read(&redrawn), live);
}

#[test]
fn nothing_live_is_an_empty_list() {
    for text in ["", "---\n", &header(at())] {
        let live = Live::read(text);
        assert_eq!(live, Live::default());
        assert_eq!(live.names(), "---\n\n");
        assert_eq!(live.document(at()), header(at()));
    }
}

#[test]
fn a_tail_without_its_beginning_is_read_too() {
    let text = [line_of_push("a", "1", A), line_of_push("a", "2", B)].concat();
    assert_eq!(told(&Live::read(&text)), [("a", "1,2".to_owned(), B)]);
}

#[test]
fn what_stands_before_the_hyphens_is_no_gem() {
    let text = format!("created_at: x\nfalse 1 {A}\n---\na 1 {A}\n");
    assert_eq!(told(&Live::read(&text)), [("a", "1".to_owned(), A)]);
    let text = format!("---\n\na 1\na  {A}\na 1 {A} x\n 1 {A}\nb 1 {B}\n");
    assert_eq!(told(&Live::read(&text)), [("b", "1".to_owned(), B)]);
}

proptest::proptest! {
    #[test]
    fn folding_agrees_with_a_model(events in proptest::collection::vec((0..3, 0..4), 0..40)) {
        let (names, numbers) = (["a", "B", "c-d"], ["1", "1-java", "1.0.a", "2"]);
        let mut model = std::collections::BTreeMap::<&str, Vec<&str>>::new();
        let mut text = header(at());
        for (name, number) in events {
            let (name, number) = (names[usize::try_from(name)?], numbers[usize::try_from(number)?]);
            let versions = model.entry(name).or_default();
            match versions.iter().position(|version| *version == number) {
                Some(place) => {
                    versions.remove(place);
                    text += &line_of_yank(name, number, A);
                }
                None => {
                    versions.push(number);
                    text += &line_of_push(name, number, B);
                }
            }
        }
        model.retain(|_, versions| !versions.is_empty());
        let live = Live::read(&text);
        let folded = live.gems().iter().map(|gem| (gem.name, gem.versions.clone()));
        proptest::prop_assert!(folded.eq(model));
        let redrawn = live.document(at());
        proptest::prop_assert_eq!(&Live::read(&redrawn), &live);
    }

    #[test]
    fn no_text_does_harm(text in "[-, a\n1é]{0,60}") {
        let live = Live::read(&text);
        proptest::prop_assert!(live.gems().iter().all(|gem| !gem.versions.is_empty()));
    }
}
