//! One form for characters that look the same to a reader, or mean the same.

use std::sync::LazyLock;

use super::lexicon::ByChar;

/// Traditional characters of everyday work and their simplified forms, pair after pair. Only such
/// as stand for one simplified character whatever the word; 乾, 後 and their like are left alone
/// where they could be meant otherwise.
const PAIRS: &str = "\
    裝装運运機机車车電电員员務务業业經经師师廚厨館馆職职銷销貨货單单點点時时間间長长廠厂區区\
    縣县鎮镇鄉乡銀银寧宁賀贺蘭兰靈灵豐丰鳳凤紅红閩闽場场園园農农種种雜杂護护養养醫医藥药學学\
    習习術术設设計计圖图畫画紙纸縫缝紉纫織织襪袜網网約约騎骑遞递揀拣倉仓庫库裏里賣卖買买採采\
    購购飯饭飲饮麵面湯汤燒烧鍋锅爐炉鐵铁鋼钢銲焊鉗钳鑽钻釘钉鏟铲塵尘噴喷塗涂磚砖貼贴牆墙頂顶\
    樓楼層层門门鎖锁燈灯線线纜缆氣气熱热凍冻調调開开關关壓压縮缩檢检驗验測测試试質质標标準准\
    備备維维檯台臺台號号億亿萬万塊块錢钱結结資资費费補补獎奖險险責责請请應应屆届畢毕證证書书\
    語语講讲譯译編编輯辑記记錄录數数據据碼码軟软體体統统發发實实際际國国內内東东廣广蘇苏滬沪\
    慶庆雲云貴贵陝陕龍龙濟济漢汉穀谷幫帮傭佣嬰婴兒儿媽妈產产婦妇豬猪雞鸡鴨鸭魚鱼馬马飼饲擠挤\
    勞劳動动臨临週周個个對对見见過过還还這这麼么壯壮輕轻鬆松簡简歷历歲岁兩两雙双條条張张無无\
    顧顾問问導导領领隊队總总監监辦办會会議议財财稅税審审錯错誤误練练聯联絡络讓让認认報报環环\
    衛卫潔洁掃扫撿捡廢废棄弃膠胶製制鑄铸銑铣鋸锯鏈链齒齿輪轮葉叶殺杀蟲虫滅灭橋桥樑梁鋪铺軌轨\
    樁桩鋁铝銅铜錶表盤盘腳脚槍枪彈弹鬧闹鐘钟聽听聲声讀读寫写輸输樂乐劑剂餅饼聖圣靜静淨净涼凉\
    營营銹锈飛飞獸兽筆笔勢势顏颜額额題题類类願愿顯显須须順顺預预頻频";

static SIMPLE: LazyLock<ByChar<char>> = LazyLock::new(|| {
    let mut chars = PAIRS.chars();
    std::iter::from_fn(|| chars.next().zip(chars.next())).collect()
});

/// The character as it is compared: ASCII in lower case, full-width forms as their ASCII twins,
/// traditional forms as simplified ones as far as a small table goes. One character stays one
/// character, so that positions remain valid.
pub fn normal(c: char) -> char {
    let narrow = match c {
        '\u{3000}' => ' ',
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        other if other.is_ascii() => other,
        other => SIMPLE.get(other).unwrap_or(other),
    };
    narrow.to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn full_width_and_capitals_become_plain() {
        let plain: String = "ＣＮＣ操作　Ａ１／８０００".chars().map(normal).collect();
        assert_eq!(plain, "cnc操作 a1/8000");
    }

    #[test]
    fn traditional_words_become_simplified() {
        let plain: String = "裝卸運輸、叉車司機、電銲工、賀蘭縣".chars().map(normal).collect();
        assert_eq!(plain, "装卸运输、叉车司机、电焊工、贺兰县");
        let count = PAIRS.chars().count();
        assert_eq!(count % 2, 0);
        // A simplified form is its own: what is folded stays so.
        for simple in PAIRS.chars().skip(1).step_by(2) {
            assert_eq!(normal(simple), simple);
        }
    }
}
