"""Replies that are not UTF-8: refusals as servers word them, in the charsets of their languages."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailproof.domain.secret import MASK
from mailproof.smtp.charset import CODECS, decode, readings
from mailproof.smtp.sanitize import Redactor
from mailproof.smtp.wire import MAX_LINE, MAX_LINES, ReplyParser


def _fits(sentence: str, codec: str) -> bool:
    """Return whether a charset has a sentence's characters."""
    try:
        sentence.encode(codec)
    except UnicodeEncodeError:
        return False
    return True


SENTENCES: dict[tuple[str, ...], Sequence[str]] = {
    ("Russian", "cp1251", "koi8_r"): (
        "Пользователь не найден",
        "Почтовый ящик переполнен",
        "Неверный логин или пароль",
        "Сообщение отклонено как спам",
        "Ошибка авторизации",
        "5.7.1 Доступ запрещён. Обратитесь к администратору admin@mail.test",
        "Превышен лимит отправки писем, попробуйте позже",
        "Отправка почты заблокирована",
        "sorry, ваш IP в чёрном списке",
        "Необходимо авторизоваться",
        "Домен отправителя не существует",
        "Включите доступ по SMTP в настройках ящика: https://mail.test/help",
        "Адрес получателя отвергнут: такого пользователя нет",
        "Слишком много соединений с вашего адреса",
        "Письмо слишком большое",
        "Запись SPF не найдена для домена",
        "Срок действия пароля истёк",
        "Ваша учётная запись приостановлена за неуплату",
        "Аккаунт заблокирован",
        "НЕВЕРНЫЙ ПАРОЛЬ",
        "Relay запрещён",
        "Требуется подтверждение телефона: https://id.mail.test/x",
        "Сервер занят",
        "нет",
        "Тариф не позволяет отправлять почту через SMTP",
    ),
    ("Chinese", "gb2312", "gb18030"): (
        "用户不存在",
        "密码错误",
        "邮箱不存在",
        "发信频率过高，请稍后再试",
        "验证失败，请使用授权码登录",
        "您的IP地址被列入黑名单",
        "5.7.1 拒绝发送：内容包含垃圾邮件",
        "该账号已被停用，请联系管理员",
        "收件人数量超过限制",
        "请先登录后再发信",
        "域名不存在",
        "550 邮件被拒收 http://mail.test/help",
        "系统忙，请稍后重试",
        "该邮箱未开通SMTP服务",
        "附件过大，拒绝接收",
        "您尚未实名认证，无法外发邮件",
        "反向解析不存在",
        "今日发送量已达上限",
        "账户欠费，服务已暂停",
        "发件人地址与登录用户不一致",
        "请使用客户端专用密码登录 https://mail.test/",
        "非法的收件人",
        "用户名或口令有误",
        "仅允许企业内部通信",
    ),
    ("Traditional Chinese", "big5"): (
        "使用者不存在",
        "密碼錯誤",
        "帳號已停用，請聯絡管理員",
        "信件被拒絕，請稍後再試",
        "認證失敗",
        "郵件大小超過限制",
        "請先登入才能寄信",
        "系統忙碌中，請稍後重試",
        "附件過大，拒絕接收",
        "今日寄送量已達上限",
        "查無此人",
        "寄件人與登入使用者不符",
        "您的信用卡付款失敗，服務暫停",
        "非法的收件者",
        "不允許轉寄",
    ),
    ("Japanese", "shift_jis", "euc_jp", "iso2022_jp"): (
        "ユーザーが見つかりません",
        "認証に失敗しました",
        "メールボックスの容量を超えています",
        "送信制限を超えました。しばらくしてからお試しください",
        "パスワードが違います",
        "5.7.1 迷惑メールと判定されたため拒否しました",
        "受信者のアドレスが存在しません",
        "このサーバーは認証が必要です",
        "エラー",
        "接続が拒否されました https://mail.test/help",
        "ドメインが見つかりません",
        "一日の送信上限に達しました",
        "アカウントはロックされています",
        "添付ファイルが大きすぎます",
        "逆引きできないホストからの接続はお断りします",
        "二段階認証が有効です。アプリパスワードをご利用ください",
        "メール配送エラー",
        "該当するユーザはおりません",
        "契約が終了しているため配送できません",
        "送信者アドレスが不正です",
        "OP25Bにより遮断されました",
        "拒否",
    ),
    ("Korean", "euc_kr"): (
        "사용자를 찾을 수 없습니다",
        "인증에 실패했습니다",
        "비밀번호가 올바르지 않습니다",
        "메일 용량이 초과되었습니다",
        "5.7.1 스팸으로 차단되었습니다. 관리자에게 문의하세요",
        "발송 한도를 초과했습니다",
        "존재하지 않는 계정입니다",
        "로그인이 필요합니다",
        "수신자 주소를 확인해 주세요",
        "일일 전송량을 넘었습니다",
        "휴면 계정으로 전환되었습니다",
        "첨부 파일이 너무 큽니다",
        "해당 도메인이 없습니다",
        "외부 메일 프로그램 사용이 꺼져 있습니다",
        "잠시 후 다시 시도하십시오",
        "역방향 DNS 조회 실패",
    ),
    ("German", "latin_1", "cp1252"): (
        "Postfach nicht verfügbar",
        "Ungültiger Benutzername oder falsches Passwort",
        "Empfänger unbekannt",
        "5.7.1 Zugriff verweigert für müller@example.de",
        "Ihr Konto wurde vorübergehend gesperrt. Bitte prüfen Sie Ihre Eingaben",
        "Absenderadresse gehört nicht zum Konto – bitte ändern",
        "Größe der Nachricht überschreitet das Limit",
        "Bitte später erneut versuchen",
        "Die Domäne des Absenders existiert nicht",
        "Sie haben das tägliche Sendelimit überschritten",
        "Anhänge über 20 MB werden nicht übernommen",
        "Für diesen Tarif ist SMTP nicht freigeschaltet",
        "Rückwärtsauflösung fehlt für Ihre Adresse",
        "Kennwort abgelaufen, bitte ändern: https://mail.test/ändern",
        "ÜBERLASTET",
        "Gültigkeitsprüfung fehlgeschlagen",
    ),
    ("French", "latin_1", "cp1252"): (
        "Boîte aux lettres pleine",
        "Utilisateur inconnu, vérifiez l'adresse",
        "Accès refusé",
        "Échec de l'authentification",
        "5.7.1 Message rejeté car considéré comme indésirable",
        "Adresse de l’expéditeur refusée",
        "Réessayez plus tard, trop de connexions simultanées",
        "Le compte a été désactivé",
        "Quota dépassé",
        "Votre mot de passe a expiré",
        "Le domaine de l'expéditeur n'existe pas",
        "Envoi bloqué : réputation de l’adresse trop faible",
        "Vous n'êtes pas autorisé à relayer",
        "Requête rejetée, veuillez vous connecter à l'espace client",
        "Pièce jointe trop volumineuse",
        "À vérifier auprès de votre fournisseur d’accès",
        "Ce service n'est pas activé sur votre boîte",
    ),
    ("Spanish", "latin_1", "cp1252"): (
        "Buzón lleno",
        "Contraseña incorrecta",
        "Autenticación fallida",
        "Este usuario ha superado el límite diario de envíos",
        "Dirección de correo inválida",
        "¿Es correcta la dirección?",
        "5.7.1 El envío no está permitido desde esta ubicación",
        "Acceso denegado: habilite SMTP en la configuración",
        "La cuenta está bloqueada",
        "El dominio del remitente no existe, compruébelo",
        "Tamaño máximo excedido",
        "Demasiadas conexiones; inténtelo más tarde",
        "¡Atención! Su contraseña ha caducado",
        "Se requiere verificación en dos pasos",
        "Mensaje rechazado por política de spam: vea https://correo.test/ayuda",
        "Año nuevo, límite nuevo",
    ),
    ("Portuguese", "latin_1", "cp1252"): (
        "Usuário não encontrado",
        "Autenticação inválida",
        "Caixa postal cheia, mensagem não entregue",
        "Endereço inválido",
        "A senha está incorreta",
        "O domínio não existe",
        "Conexão recusada: tente novamente mais tarde, há conexões demais",
        "Limite diário de envio excedido",
        "Sua conta está suspensa por falta de pagamento",
        "Você não tem permissão para enviar",
        "Destinatário rejeitado: não existe",
        "Mensagem recusada pela política de segurança",
        "Verificação em duas etapas é necessária",
        "Tamanho máximo atingido",
    ),
    ("Polish", "iso8859_2", "cp1250"): (
        "Błędny login lub hasło",
        "Skrzynka odbiorcy jest pełna",
        "Proszę się uwierzytelnić",
        "Użytkownik nie istnieje",
        "Wiadomość odrzucona, podejrzenie spamu",
        "Przekroczono dzienny limit wysyłki wiadomości",
        "Dostęp zabroniony",
        "Konto zostało zablokowane, zmień hasło",
        "Konto nieaktywne, opłać usługę",
        "Zbyt wiele połączeń",
        "Załącznik jest za duży",
        "Domena nadawcy nie istnieje - sprawdź",
        "Hasło wygasło",
        "Odrzucono: brak uprawnień do wysyłania",
        "Usługa tymczasowo niedostępna, spróbuj później",
        "Nadawca niezgodny z zalogowanym użytkownikiem",
    ),
    ("Italian", "cp1252"): (
        "Casella piena: non è possibile recapitare il messaggio",
        "L'utente non è autorizzato, perché la password è scaduta",
        "Verrà riprovato più tardi",
        "La casella è piena",
        "Il dominio non è stato trovato",
        "Limite di invio superato: riprovi più tardi",
        "Utente non abilitato, perché sospeso",
    ),
    ("Czech", "iso8859_2", "cp1250"): (
        "Uživatel neexistuje",
        "Chybné heslo",
        "Schránka je plná, zkuste to později",
        "Přístup odepřen",
    ),
}

ENCODED = [
    pytest.param(sentence, codec, id=f"{language} {codec} {place}")
    for (language, *codecs), sentences in SENTENCES.items()
    for codec in codecs
    for place, sentence in enumerate(sentences)
    if _fits(sentence, codec)
]


@pytest.mark.parametrize(("sentence", "codec"), ENCODED)
def test_a_refusal_is_read_in_the_charset_of_its_language(sentence: str, codec: str) -> None:
    assert decode(sentence.encode(codec)) == sentence
    assert decode(sentence.encode("utf-8")) == sentence


@pytest.mark.parametrize(("sentence", "codec"), ENCODED[::7])
def test_all_lines_of_a_reply_are_decoded_alike(sentence: str, codec: str) -> None:
    parser = ReplyParser()
    parser.feed(b"550-5.7.1 " + sentence.encode(codec) + b"\r\n550-\r\n550 see " + sentence.encode(codec) + b"\r\n")
    reply = parser.next_reply()
    assert reply is not None
    assert (reply.lines, reply.enhanced) == ((f"5.7.1 {sentence}", "", f"see {sentence}"), "5.7.1")


@pytest.mark.parametrize(
    ("data", "text"),
    [
        ("Пользователь не найден".encode()[:-1], "Пользователь не найде"),
        ("用户不存在".encode()[:-1], "用户不存"),
        ("用户不存在".encode("gbk")[:-1], "用户不存"),
        ("ユーザーが見つかりません".encode("iso2022_jp")[:-1], "ユーザーが見つかりません"),
        (b"plain", "plain"),
    ],
)
def test_a_text_that_is_cut_off_within_a_character_is_read_all_the_same(data: bytes, text: str) -> None:
    assert decode(data, cut_off=True).rstrip("\ufffd") == text


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"", ""),
        ("Доступ закрыт: ".encode() + b"\xff" + "адрес".encode(), "Доступ закрыт: \ufffdадрес"),  # damaged UTF-8
        (bytes(range(128, 256)), bytes(range(128, 256)).decode("utf-8", "replace")),
        (b"535 hunt\x1b$Ber22!", "535 hunt\x1b$Ber22!"),  # no Japanese
        (b"535 \x1b(Jfine\x1b(B", "535 fine"),
        (b"535 \x1b[31mred", "535 \x1b[31mred"),
    ],
)
def test_what_is_no_text_of_a_charset_stays_as_it_was(data: bytes, text: str) -> None:
    assert decode(data) == text


@given(st.lists(st.binary(max_size=60).filter(lambda line: b"\n" not in line), min_size=1, max_size=5), st.booleans())
def test_any_bytes_are_decoded_and_no_line_is_lost(lines: list[bytes], cut_off: bool) -> None:
    text = decode(b"\n".join(lines), cut_off=cut_off)
    assert text.count("\n") == len(lines) - 1
    assert len(text) <= sum(map(len, lines)) + len(lines) - 1


@given(st.text(max_size=80))
def test_utf_8_stays_utf_8(text: str) -> None:
    data = text.encode("utf-8", "ignore")
    if b"\x1b" not in data:
        assert decode(data) == data.decode()


@pytest.mark.parametrize("unit", [b"\xb0\xa1", b"\xe9 ", b"\x81@", b"\xff", b"\xcf\xf0", b"\x1b$B0l\x1b(B"])
def test_the_longest_reply_costs_little(unit: bytes) -> None:
    """Rating all of it would take seconds with each charset; a sample decides."""
    data = unit * (MAX_LINE * MAX_LINES // len(unit))
    assert len(decode(data)) <= len(data)


@pytest.mark.parametrize("codec", ["utf-8", *CODECS])
@pytest.mark.parametrize("password", ["pässwörd", "пароль-7", "密码一二三", "秘密のことば", "비밀번호서", "hasło1ą"])
@pytest.mark.parametrize("words", ["no {} here", "Ошибка: {} неверен", "密码 {} 错误", "clé{}é fermée"])
def test_a_secret_is_masked_in_whatever_charset_it_is_repeated(password: str, codec: str, words: str) -> None:
    try:
        echo = password.encode(codec)
    except UnicodeEncodeError:
        return
    for around in ("utf-8", "cp1251", "gbk", "latin-1"):
        before, after = (part.encode(around, "replace") for part in words.split("{}"))
        shown = Redactor(password, "me")(decode(before + echo + after))
        assert MASK in shown, shown
        assert not any(reading in shown for reading in readings(password) if len(reading) > 3)
