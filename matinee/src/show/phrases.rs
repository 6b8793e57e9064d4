//! What people in a live room say, in several languages. Written for this project.

/// A language with what its speakers are called and say.
pub(super) struct Language {
    pub(super) nicks: &'static [&'static str],
    pub(super) greetings: &'static [&'static str],
    pub(super) chat: &'static [&'static str],
    pub(super) questions: &'static [&'static str],
}

pub(super) const LANGUAGES: &[Language] = &[
    Language {
        nicks: &["小雨", "阿明", "茶茶", "奶糖", "北方的风", "豆豆妈", "老王", "橘子汽水"],
        greetings: &["主播好", "来了来了", "第一次来", "晚上好呀"],
        chat: &[
            "哈哈哈",
            "好看",
            "666",
            "太划算了",
            "已下单",
            "支持支持",
            "这个颜色绝了",
            "手慢无",
        ],
        questions: &["多少钱", "包邮吗", "有链接吗", "什么时候发货", "可以退吗"],
    },
    Language {
        nicks: &["Maya", "tom_k", "Late Night Lin", "pixelfox", "Grandma June", "sockdrawer"],
        greetings: &["hi from Leeds!", "hello everyone", "finally made it", "evening all"],
        chat: &[
            "lol",
            "love this one",
            "ordered two",
            "my cat agrees",
            "so pretty",
            "best show yet",
        ],
        questions: &["does it come in green?", "how long is shipping", "is it dishwasher safe?"],
    },
    Language {
        nicks: &["さくら", "たけし", "ねこ丸", "みかん", "深夜ラジオ"],
        greetings: &["こんばんは", "初見です", "待ってました"],
        chat: &["かわいい", "草", "買いました", "すごい", "きれいな色"],
        questions: &["サイズはいくつですか", "送料は?", "在庫ありますか"],
    },
    Language {
        nicks: &["Lucía", "el_profe", "Mariposa", "Don Paco"],
        greetings: &["¡hola a todos!", "buenas noches", "por fin llegué"],
        chat: &["qué bonito", "jajaja", "ya lo compré", "me encanta", "olé 👏"],
        questions: &["¿cuánto cuesta?", "¿envían a México?", "¿hay en azul?"],
    },
    Language {
        nicks: &["Jürgen", "teetante", "Frau Müller", "nordlicht_88"],
        greetings: &["Moin!", "guten Abend", "endlich Feierabend"],
        chat: &["schön", "gekauft ✅", "nice", "sehr gemütlich hier", "👍👍"],
        questions: &["wie groß ist die?", "gibt's die in Grün?", "Versand nach Österreich?"],
    },
    Language {
        nicks: &["민지", "달빛", "고양이집사", "준호"],
        greetings: &["안녕하세요", "처음 왔어요", "기다렸어요"],
        chat: &["ㅋㅋㅋ", "예뻐요", "주문했어요", "대박"],
        questions: &["배송 얼마나 걸려요?", "색상 더 있나요?"],
    },
    Language {
        nicks: &["ليلى", "أبو سامي", "نور"],
        greetings: &["مساء الخير", "السلام عليكم"],
        chat: &["جميل جدا", "طلبت واحد", "😍😍"],
        questions: &["كم السعر؟", "هل يوجد توصيل؟"],
    },
];

/// What is written with money on it.
pub(super) const PAID: &[&str] = &[
    "祝主播生意兴隆",
    "this teapot saved my winter",
    "生日快乐！",
    "いつも楽しい配信ありがとう",
    "¡saludos desde Sevilla!",
    "please show the bowl again",
    "Grüße an die Katze",
    "항상 응원해요",
];

/// The host's own chat.
pub(super) const HOST: &[&str] = &[
    "welcome, welcome 欢迎欢迎",
    "look at the glaze on this one",
    "shipping is free today 今天包邮",
    "thank you for the gifts ❤️",
    "five minutes only, then it is gone",
];
