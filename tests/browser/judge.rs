//! What every page owes: no breach of WCAG 2.2 A or AA, a quiet console, nothing that the content
//! policy stops.

use serde_json::Value;

use crate::window::Window;

/// The checker, as [`vendor/VENDORED.toml`] records it.
const AXE: &str = include_str!("vendor/axe.min.js");

/// Answers a line for each violation: rule, element, what is wrong.
const JUDGE: &str = "
    return axe.run(document, {
      runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'],
      resultTypes: ['violations'],
    }).then(({ violations }) => violations.flatMap((rule) =>
      rule.nodes.map((node) =>
        `${rule.id}: ${node.target.join(' ')}: ${node.failureSummary.replace(/\\s+/g, ' ')}`)));
";

impl Window {
    /// Judges the page as it stands.
    ///
    /// # Panics
    /// With every fault, and a picture.
    pub async fn judge(&self) {
        let found = self.faults().await;
        if !found.is_empty() {
            self.fail(&found.join("\n")).await;
        }
    }

    /// Judges the page as it stands while the link is cut: that calls did not arrive is no fault.
    pub async fn judge_without_link(&self) {
        let mut found = self.faults().await;
        found.retain(|line| !line.contains("net::ERR_") && !line.contains("WebSocket"));
        if !found.is_empty() {
            self.fail(&found.join("\n")).await;
        }
    }

    /// Every fault of the page as it stands, a line each.
    pub async fn faults(&self) -> Vec<String> {
        let mut found = self.complaints().await;
        self.run(AXE, Vec::new()).await;
        let violations = self.run(JUDGE, Vec::new()).await;
        let texts = violations.as_array().into_iter().flatten().filter_map(Value::as_str);
        found.extend(texts.map(str::to_owned));
        found
    }

    /// What the console was told since the last call, breaches of the content policy among it. An
    /// answer of the server that says what a person should put right is none.
    async fn complaints(&self) -> Vec<String> {
        let told = self.session.console().await;
        let text = |entry: &Value| entry["message"].as_str().unwrap_or_default().to_owned();
        told.iter()
            .filter(|entry| matches!(entry["level"].as_str(), Some("SEVERE" | "WARNING")))
            .map(text)
            .filter(|line| {
                !["(Unprocessable", "(Conflict)", "(Forbidden)", "(Not Found)", "(Unauthorized)"]
                    .iter()
                    .any(|answer| line.contains(answer))
            })
            .collect()
    }
}
