// Which kind of work a posting is, so that it can be found by its picture.

/**
 * @typedef {object} Group a kind of work, with a picture of the same name under /static/pictures
 * @property {string} id
 * @property {string} name
 * @property {string[]} trades names of the list of trades
 * @property {string[]} codes beginnings of occupation codes (CSCO 2022)
 */

/** @type {Group[]} in the order in which they are shown; the last takes what is left */
export const GROUPS = [
  {
    id: "sort",
    name: "分拣打包",
    trades: ["打包工", "分拣工", "理货员", "仓库管理员", "农产品挑选工"],
    codes: ["4-02-06", "6-31-05", "6-01-06"],
  },
  {
    id: "load",
    name: "装卸搬运",
    trades: ["搬运工", "搬家工", "跟车员", "押运员"],
    codes: ["4-02-05"],
  },
  {
    id: "farm",
    name: "地里棚里",
    trades: [
      "葡萄埋土", "葡萄采摘", "摘枸杞", "采摘", "温棚工", "田间工", "饲养员", "农机手", "园林绿化工",
    ],
    codes: ["5-"],
  },
  {
    id: "build",
    name: "工地干活",
    trades: [
      "小工", "瓦工", "贴砖工", "抹灰工", "油漆工", "木工", "吊顶工", "钢筋工", "混凝土工", "架子工",
      "防水工", "外墙工", "吊篮工", "门窗安装工", "钢结构工", "拆除工", "打胶工", "筑路工", "测量员",
      "爆破工", "保温工", "安全员", "材料员", "家具安装工",
    ],
    codes: ["6-29"],
  },
  {
    id: "clean",
    name: "保洁家政",
    trades: [
      "保洁", "环卫工", "小时工", "家电清洗工", "管道疏通工", "家政服务员", "月嫂", "育儿嫂", "保育员",
      "养老护理员", "护工", "洗衣工", "客房服务员",
    ],
    codes: ["4-09", "4-10", "4-14"],
  },
  {
    id: "kitchen",
    name: "餐馆厨房",
    trades: [
      "厨师", "配菜", "凉菜师傅", "烧烤师傅", "面点师", "西点师", "后厨帮工", "洗碗工", "服务员",
      "传菜员", "迎宾", "食堂帮工", "奶茶店员", "咖啡师", "茶艺师",
    ],
    codes: ["4-03"],
  },
  {
    id: "drive",
    name: "开车开机器",
    trades: [
      "挖掘机司机", "装载机司机", "推土机司机", "压路机司机", "打桩机司机", "叉车司机", "吊车司机",
      "信号司索工", "货车司机", "网约车司机", "客车司机", "小车司机", "代驾", "外卖骑手", "快递员",
      "配送员",
    ],
    codes: ["4-02-02", "4-02-07", "6-30"],
  },
  {
    id: "weld",
    name: "电焊水电",
    trades: ["电焊工", "电工", "水电工", "弱电工", "管道工", "空调安装工", "电梯安装工", "机修工"],
    codes: ["6-18-02"],
  },
  {
    id: "factory",
    name: "车间做工",
    trades: [
      "普工", "打磨工", "喷漆工", "注塑工", "冲压工", "装配工", "数控操作工", "车工", "铣工", "磨工",
      "钳工", "钣金工", "铆工", "模具工", "质检员", "缝纫工", "裁剪工", "熨烫工", "屠宰工",
      "乳品加工工", "食品加工工", "锅炉工",
    ],
    codes: ["6-"],
  },
  {
    id: "guard",
    name: "保安看门",
    trades: ["保安", "停车管理员", "消防中控员", "安检员", "防损员"],
    codes: ["4-07-05"],
  },
  { id: "other", name: "别的活", trades: [], codes: [] },
];

const OTHER = GROUPS[GROUPS.length - 1];

/** Tells kinds of work apart by the words that people use. */
export class Trades {
  /** @param {string[][]} lists the words of each trade, its name first */
  constructor(lists) {
    /** @type {Map<string, string>} every word → its trade's name */
    this.names = new Map();
    this.longest = 0;
    for (const words of lists) {
      for (const word of words) {
        this.names.set(word.toLowerCase(), words[0]);
        this.longest = Math.max(this.longest, word.length);
      }
    }
    this.lists = lists;
    /** @type {Map<string, Group>} */
    this.groups = new Map();
    for (const group of GROUPS) for (const trade of group.trades) this.groups.set(trade, group);
  }

  /**
   * The first trade that a text names; of words that overlap the longest.
   * @param {string} text
   */
  named(text) {
    const lower = text.toLowerCase();
    for (let at = 0; at < lower.length; at++) {
      for (let end = Math.min(lower.length, at + this.longest); end > at; end--) {
        const name = this.names.get(lower.slice(at, end));
        if (name) return name;
      }
    }
    return undefined;
  }

  /** The group of a trade. @param {string} name */
  groupOf(name) {
    return this.groups.get(name) || OTHER;
  }

  /** The kind of work of a posting. @param {import("../feed.js").Job & {occupation?: string | null, skills?: string[]}} job */
  kind(job) {
    for (const text of [job.title, ...(job.skills || [])]) {
      const trade = this.named(text);
      const group = trade && this.groups.get(trade);
      if (group) return group;
    }
    const code = job.occupation || "";
    return GROUPS.find((group) => group.codes.some((start) => code.startsWith(start))) || OTHER;
  }
}
