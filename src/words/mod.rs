//! Chinese text of the labour market: how words sound ([`pinyin`]), which trades a text names
//! ([`trades`]) and which wage a title promises ([`wage`]).
//!
//! Pure: the data is compiled in, nothing is read or written. Search, kiosk and occupation share
//! it; none of it decides anything about a posting.
//!
//! ```
//! use linggong::words::{pinyin, trades::Trades, wage};
//!
//! assert_eq!(pinyin::full("挖掘机"), "wajueji");
//! assert_eq!(Trades::shipped().find("急招钩机师傅")[0].trade.name, "挖掘机司机");
//! assert_eq!(wage::parse("打包工280一天").map(|w| w.min.0), Some(28_000));
//! ```

mod lexicon;
pub mod pinyin;
mod text;
pub mod trades;
pub mod wage;

pub use lexicon::Lexicon;
pub use text::normal;
