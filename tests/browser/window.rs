//! A browser's window, used as a person uses it.

use std::{
    env, fs,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use base64::{Engine, engine::general_purpose::STANDARD};
use fantoccini::{Locator, elements::Element};
use serde_json::{Value, json};

use crate::{
    driver::Session,
    house::{House, Person},
};

/// Longer than anything here takes on a loaded machine.
const PATIENCE: Duration = Duration::from_secs(20);
/// Between two looks at a page.
const LOOK: Duration = Duration::from_millis(20);
/// Screens of a long page that a picture takes in.
const SCREENS_MAX: u32 = 3;

/// A window's inner size in CSS pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    pub width: u32,
    pub height: u32,
    /// Touch, and a page's own idea of its width.
    pub mobile: bool,
}

impl Size {
    const fn new(width: u32, height: u32, mobile: bool) -> Size {
        Size { width, height, mobile }
    }
}

/// A desk's screen.
pub const DESK: Size = Size::new(1440, 900, false);
/// A phone.
pub const PHONE: Size = Size::new(390, 844, true);
/// A wide board, or a kiosk that lies.
pub const WIDE: Size = Size::new(1920, 1080, false);
/// A tall board, or a kiosk that stands.
pub const TALL: Size = Size::new(1080, 1920, false);

/// A window of a browser of its own.
pub struct Window {
    pub session: Session,
    size: Size,
    home: String,
}

impl Window {
    pub async fn open(house: &House, size: Size) -> Window {
        let session = Session::start().await;
        let window = Window { session, size, home: house.url.clone() };
        window.resize(size).await;
        window
    }

    /// As [`Window::open`], of a browser whose tasks are timed.
    pub async fn timed(house: &House, size: Size) -> Window {
        let window = Window { session: Session::traced().await, size, home: house.url.clone() };
        window.resize(size).await;
        window
    }

    /// A window at another address than the house's, of a browser that keeps its profile in this
    /// folder.
    pub async fn of_profile(url: &str, size: Size, profile: &Path) -> Window {
        let session = Session::with(&[format!("--user-data-dir={}", profile.display())]).await;
        let window = Window { session, size, home: url.to_owned() };
        window.resize(size).await;
        window
    }

    async fn resize(&self, size: Size) {
        let Size { width, height, mobile } = size;
        let metrics =
            json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": mobile });
        self.session.devtools("Emulation.setDeviceMetricsOverride", metrics).await;
        let touch = json!({ "enabled": mobile });
        self.session.devtools("Emulation.setTouchEmulationEnabled", touch).await;
    }

    /// The same window in another size.
    pub async fn sized(mut self, size: Size) -> Window {
        self.size = size;
        self.resize(size).await;
        self
    }

    /// Whether pages are told that motion is not wanted: for pictures that are the same each time.
    pub async fn hold_still(&self) {
        let feature = json!({ "name": "prefers-reduced-motion", "value": "reduce" });
        self.session.devtools("Emulation.setEmulatedMedia", json!({ "features": [feature] })).await;
    }

    /// Is this person from now on, without the form for signing in.
    pub async fn be(&self, person: &Person) {
        let cookie = json!({
            "url": self.home, "name": "linggong_session", "value": person.token,
            "httpOnly": true, "sameSite": "Lax",
        });
        self.session.devtools("Network.setCookie", cookie).await;
    }

    /// Is nobody from now on.
    pub async fn be_nobody(&self) {
        self.session.devtools("Network.clearBrowserCookies", json!({})).await;
    }

    /// Opens an address of the house.
    pub async fn go(&self, path: &str) {
        let gone = self.session.client.goto(&format!("{}{path}", self.home)).await;
        gone.unwrap_or_else(|error| panic!("{path}: {error}"));
    }

    /// The address below the house's.
    pub async fn path(&self) -> String {
        let url = self.session.client.current_url().await.unwrap();
        url.as_str().strip_prefix(&self.home).unwrap_or(url.as_str()).to_owned()
    }

    /// Runs a script's body; `arguments` are its arguments, and a promise is waited for.
    pub async fn run(&self, script: &str, arguments: Vec<Value>) -> Value {
        match self.session.client.execute(script, arguments).await {
            Ok(value) => value,
            Err(error) => self.fail(&format!("{script}: {error}")).await,
        }
    }

    /// What an expression is.
    pub async fn ask(&self, expression: &str) -> Value {
        self.run(&format!("return ({expression});"), Vec::new()).await
    }

    /// Waits until an expression is true.
    #[track_caller]
    pub fn until(&self, expression: impl Into<String>) -> impl Future<Output = ()> {
        let (at, expression) = (std::panic::Location::caller(), expression.into());
        async move {
            let begun = Instant::now();
            loop {
                // A page that is just being left has no answer.
                let script = format!("return !!({expression});");
                let answer = self.session.client.execute(&script, Vec::new()).await;
                match answer {
                    Ok(Value::Bool(true)) => return,
                    _ if begun.elapsed() < PATIENCE => tokio::time::sleep(LOOK).await,
                    other => {
                        let error = other.err().map(|e| e.to_string()).unwrap_or_default();
                        self.fail(&format!("{at}: never so: {expression} {error}")).await;
                    }
                }
            }
        }
    }

    /// Waits until the page's text contains this.
    #[track_caller]
    pub fn sees(&self, text: &str) -> impl Future<Output = ()> {
        self.until(format!("document.body.innerText.includes({})", json!(text)))
    }

    /// The text of the first element of a selector; empty where there is none.
    pub async fn text(&self, selector: &str) -> String {
        let script = "return document.querySelector(arguments[0])?.innerText ?? '';";
        let text = self.run(script, vec![json!(selector)]).await;
        text.as_str().unwrap_or_default().to_owned()
    }

    async fn element(&self, locator: Locator<'_>) -> Element {
        match self.session.client.find(locator).await {
            Ok(element) => element,
            Err(error) => self.fail(&format!("{locator:?}: {error}")).await,
        }
    }

    /// Presses what says this: a button, else a choice or what unfolds, else a link.
    pub async fn press(&self, says: &str) {
        let (at, mut found) = (|tag| format!("//{tag}[normalize-space()='{says}']"), Vec::new());
        for tag in ["button", "label", "summary", "a"] {
            found.extend(self.session.client.find_all(Locator::XPath(&at(tag))).await.unwrap());
        }
        let Some(element) = found.first() else {
            self.fail(&format!("nothing says {says}")).await;
        };
        // A person scrolls until what is pressed lies free of the bar at the foot.
        let free = "arguments[0].scrollIntoView({ block: 'center' })";
        self.run(free, vec![serde_json::to_value(element).unwrap()]).await;
        if let Err(error) = element.click().await {
            self.fail(&format!("{says} can't be pressed: {error}")).await;
        }
    }

    /// Presses the first element of a selector.
    pub async fn click(&self, selector: &str) {
        let element = self.element(Locator::Css(selector)).await;
        if let Err(error) = element.click().await {
            self.fail(&format!("{selector} can't be pressed: {error}")).await;
        }
    }

    /// Types into a field, by its id, in place of what stands there.
    pub async fn fill(&self, id: &str, text: &str) {
        let element = self.element(Locator::Id(id)).await;
        let kind = element.prop("type").await.unwrap().unwrap_or_default();
        if matches!(kind.as_str(), "date" | "month" | "time" | "select-one") {
            // How keys fill these depends on the browser's language.
            let script = "const field = document.getElementById(arguments[0]); \
                field.value = arguments[1]; \
                for (const name of ['input', 'change']) \
                  field.dispatchEvent(new Event(name, { bubbles: true }));";
            self.run(script, vec![json!(id), json!(text)]).await;
        } else {
            element.clear().await.unwrap();
            element.send_keys(text).await.unwrap();
        }
    }

    /// Chooses a file in a field, by its id.
    pub async fn attach(&self, id: &str, file: &std::path::Path) {
        let element = self.element(Locator::Id(id)).await;
        element.send_keys(&file.to_string_lossy()).await.unwrap();
    }

    /// The page as it is printed, PDF.
    pub async fn print(&self) -> Vec<u8> {
        let printed = self.session.devtools("Page.printToPDF", json!({ "paperWidth": 8.27 })).await;
        STANDARD.decode(printed["data"].as_str().unwrap_or_default()).unwrap()
    }

    /// What stands in a field, by its id.
    pub async fn value(&self, id: &str) -> String {
        let script = "return document.getElementById(arguments[0])?.value ?? '';";
        self.run(script, vec![json!(id)]).await.as_str().unwrap_or_default().to_owned()
    }

    /// Chooses one of a field's offers, by the field's name and the value that is sent.
    pub async fn choose(&self, name: &str, value: &str) {
        self.click(&format!("label:has(input[name='{name}'][value='{value}'])")).await;
    }

    async fn png(&self, height: u32) -> Vec<u8> {
        let clip = json!({
            "x": 0, "y": 0, "width": self.size.width, "height": height, "scale": 1,
        });
        let how = json!({ "format": "png", "captureBeyondViewport": true, "clip": clip });
        let picture = self.session.devtools("Page.captureScreenshot", how).await;
        STANDARD.decode(picture["data"].as_str().unwrap_or_default()).unwrap()
    }

    /// Takes a picture of the page as `NAME-WxH.png`: with `tests/run bless`, of what the window shows,
    /// into `docs/screens`; else of up to [`SCREENS_MAX`] screens of it, into the scratch folder.
    pub async fn picture(&self, name: &str) {
        let Size { width, height, .. } = self.size;
        let (folder, most) = match env::var("LINGGONG_BLESS").as_deref() {
            Ok("1") => (PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("docs/screens"), height),
            _ => (scratch().join("screens"), SCREENS_MAX * height),
        };
        let all = self.ask("document.documentElement.scrollHeight").await;
        let all = u32::try_from(all.as_u64().unwrap_or_default()).unwrap();
        let png = self.png(all.clamp(height, most)).await;
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join(format!("{name}-{width}x{height}.png")), png).unwrap();
    }

    /// Fails where `is` does not hold, with a picture.
    pub async fn check(&self, is: bool, why: &str) {
        if !is {
            self.fail(why).await;
        }
    }

    /// Fails the test with a picture of what the window shows.
    pub async fn fail(&self, why: &str) -> ! {
        let folder = scratch().join("failures");
        fs::create_dir_all(&folder).unwrap();
        let mark = format!("{:?}", std::thread::current().id());
        let mark: String = mark.chars().filter(char::is_ascii_digit).collect();
        let count = fs::read_dir(&folder).map_or(0, Iterator::count);
        let file = folder.join(format!("{count}-{mark}.png"));
        fs::write(&file, self.png(self.size.height).await).unwrap();
        let at = self.path().await;
        panic!("{why}\n  at {at}, seen in {}", file.display());
    }
}

/// The build's folder for what tests leave.
pub fn scratch() -> PathBuf {
    PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("browser")
}
