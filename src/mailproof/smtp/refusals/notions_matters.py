"""What else a refusal can be about: content, protection, limits; in nine languages. Data, like `notions_subjects`."""

from __future__ import annotations

MATTERS: dict[str, dict[str, str]] = {
    "CONNECTION": {
        "en": "connection*, connect, connects, connecting, session*, sockets, tcp connections, threads, logins at once",
        "de": "verbindung*, sitzung*, connections",
        "fr": "connexion*, session*",
        "es": "conexion*, sesion*",
        "it": "connession*, session*",
        "pt": "conex*, conexoes, sess*, ligac*",
        "ru": "соединени*, подключени*, сесси*, сеанс*",
        "zh": "连接, 連接, 連線, 会话, 连线, 联机",
        "ja": "接続, セッション, コネクション",
    },
    "CONTENT": {
        "en": "content*, attachment*, attached, subject, header*, body, link, links, url, urls, file type, "
        "mime, extension, "
        "html, text, text part, filename, file, files, image, images, line, lines, character*, boundary, format",
        "de": "inhalt*, anhang*, anhänge*, betreff, dateianhang*, dateityp*, kopfzeile*, zeile*",
        "fr": "contenu*, piece jointe, pieces jointes, objet, lien, liens, entete*, en tete*",
        "es": "contenid*, adjunt*, asunto, enlace*, encabezado*, cabecera*",
        "it": "contenut*, allegat*, oggetto, collegament*, intestazion*",
        "pt": "conteud*, anexo*, assunto, link, cabecalho*",
        "ru": "содержи*, вложени*, тема, ссылк*, заголов*, контент*",
        "zh": "内容, 內容, 附件, 正文, 主题, 主旨, 链接, 連結, 标题, 信头",
        "ja": "内容, 添付, 本文, 件名, リンク, コンテンツ, ヘッダ",
    },
    "SPAM": {
        "en": "spam*, spammy, junk, unsolicited, ube, uce, bulk mail, bulk email, antispam, spammer*, "
        "spamming, scam, "
        "phish*, spoof*, suspicious, spoofed, bulk",
        "de": "spam*, spamverdacht, junk, werbung, unerwünscht*, werbemail*",
        "fr": "spam*, pourriel*, indesirable*, hameconnage",
        "es": "spam*, no deseado, basura, no solicitado, sospechos*",
        "it": "spam*, indesiderat*, posta indesiderata, sospett*",
        "pt": "spam*, lixo, indesejad*, nao solicitad*, suspeit*",
        "ru": "спам*, нежелательн*, фишинг*, спама, spam*, подозри*",
        "zh": "垃圾, 垃圾邮件, 垃圾郵件, 广告邮件, spam*, 钓鱼, 可疑, 来路不明, 來路不明, 未经请求, 不请自来, 群发邮件",
        "ja": "スパム, 迷惑メール, 迷惑, フィッシング, 未承諾, 不審",
    },
    "VIRUS": {
        "en": "virus*, malware, infected, trojan*, malicious*, worm, eicar*, clamav, infection",
        "de": "virus*, viren*, schadsoftware, schadcode, infiziert*",
        "fr": "virus, infecte*, malveillant*, logiciel malveillant",
        "es": "virus, infectad*, malicios*",
        "it": "virus, infett*, malevol*, dannos*",
        "pt": "virus, infectad*, infetad*, malicios*",
        "ru": "вирус*, заражен*, вредоносн*",
        "zh": "病毒, 恶意, 惡意, 感染, 木马",
        "ja": "ウイルス, ウィルス, マルウェア, 感染, 悪意",
    },
    "RDNS": {
        "en": "reverse dns, rdns, ptr, ptr record, reverse lookup, reverse hostname, reverse host, reverse "
        "dns lookup, "
        "reverse resolution, reverse record, reverse pointer, reverse name, reverse mapping, reverse ip, "
        "reverse entry, dns reverse, dns ptr, reversedns, reverse delegation, reverse and forward, "
        "forward and reverse, "
        "reverse forward, fcrdns, in addr, reverse address, rdns lookup, ip name lookup, ip lookup, reverse domain, "
        "forward confirmed reverse, reverse client, client name",
        "de": "reverse dns*, rückwärts*, reverse eintrag, ptr eintrag*, ptr record*, umkehr*, reverse "
        "lookup, rdns, ptr",
        "fr": "dns inverse, resolution inverse, enregistrement ptr, reverse dns, ptr",
        "es": "dns inverso, resolucion inversa, registro ptr, inversa, inverso, ptr",
        "it": "dns inverso, risoluzione inversa, record ptr, inversa, inverso, ptr",
        "pt": "dns reverso, reverso, registro ptr, resolucao reversa, reversa, registo ptr, ptr, dns inverso",
        "ru": "обратн* dns, обратная запись, обратной записи, обратной зоны, ptr*, обратный dns, обратного dns, "
        "обратной зоне, обратный домен, обратное разрешение, обратная зона",
        "zh": "反向, 反解, 反查, ptr, 逆向",
        "ja": "逆引き, ptr, リバース",
    },
    "EHLO": {
        "en": "helo, ehlo, helo ehlo, ehlo helo, lhlo",
    },
    "SPF": {
        "en": "spf, sender policy framework, spf1, senderid, sender id, spfcheck, softfail, openspf, spf fail*, mfrom",
    },
    "DKIM": {
        "en": "dkim, domainkeys, dmarc, dkim signature, dkimsignature, adsp, dmarc1, bimi",
    },
    "TLS": {
        (
            "en"
        ): "in the clear, unencrypted*, tls, starttls, ssl, ssltls, encrypt*, encryption, secure connection, tlsv1, "
        "secured connection, secure channel, transport layer security, secure network, secure transport, "
        "unencrypted, non secure, insecure, cleartext, plaintext connection, secure session, secure, stls, "
        "ssl connection",
        "de": "verschlüsselt*, verschlüsselung*, tls, ssl, starttls, unverschlüsselt*",
        "fr": "chiffr*, en clair, non chiffre*, crypte*, securise*, tls, ssl",
        "es": "cifra*, sin cifrar, encripta*, texto plano, en claro, cifrado, conexion segura, tls, ssl",
        "it": "crittograf*, cifra*, in chiaro, protett*, connessione sicura, tls, ssl, criptat*",
        "pt": "criptograf*, encript*, texto claro, cifra*, conexao segura, cifrad*, encriptad*, tls, ssl, "
        "ligacao segura",
        "ru": "шифров*, незашифров*, незащищенн*, открытом виде, шифрован*, защищенн*, tls, ssl, зашифрован*",
        "zh": "加密, tls, ssl, 安全连接, 安全連線, 明文",
        "ja": "暗号, 平文, tls, ssl, 平文",
    },
    "COUNTRY": {
        "en": "abroad, country, countries, geographic*, geo, geoip, geolocation, geographical, region, foreign, "
        "overseas, geoblock*, country code",
        "de": "ländern, ausland, ihrem land, standort, region, ausländisch*, auslandszugriff",
        "fr": "pays, region, etranger",
        "es": "pais, paises, extranjer*, exterior, region, ubicacion",
        "it": "paese, paesi, nazione, estero, estera",
        "pt": "pais, paises, estrangeiro*, exterior, localizacao, regiao",
        "ru": "стран*, рубеж*, границ*, регион*, зарубеж*, геолокац*",
        "zh": "国家, 國家, 地区, 地區, 异地, 異地, 境外, 海外",
        "ja": "国外, 海外, 地域",
    },
    "RELAY": {
        "en": "relay*, relaying, relayed, rcpthosts, relayer, open relay, relays, locally hosted",
        "de": "relay*, weiterleitung, weiterleiten, weitergeleitet, relaying",
        "fr": "relais, relayer, relayage, relay*, retransmission",
        "es": "relay*, retransmi*, reenvio, reenviar, reencaminar",
        "it": "relay*, inoltr*, rilancio",
        "pt": "relay*, retransmi*, encaminhamento, reencaminh*, repasse",
        "ru": "relay*, релей*, релеинг*, ретрансляц*, пересылк*, транзит*, пересылать",
        "zh": "中继, 中繼, 转发, 轉發, 轉寄, 转寄, relay*, 匿名转发, 转送",
        "ja": "中継, リレー, 転送, relay*",
    },
    "COMMAND": {
        "en": "command*, verb",
        "de": "befehl*, kommando*",
        "fr": "commande*",
        "es": "comando*, orden",
        "it": "comand*",
        "pt": "comando*",
        "ru": "команд*",
        "zh": "命令, 指令",
        "ja": "コマンド",
    },
    "FILE": {
        "en": "file type*, filetype*, file extension*, extension*, executable*, zip, exe, macro*",
        "de": "dateityp*, dateiendung*, dateiformat*, dateianhang*, dateien",
        "fr": "type* de fichier, fichier*, extension*",
        "es": "tipo* de archivo, archivo*, fichero*, extension*",
        "it": "tipo di file, file, estension*, tipi di file",
        "pt": "tipo* de arquivo, tipo* de ficheiro, arquivo*, ficheiro*, extens*",
        "ru": "тип* файл*, файл*, расширени*",
        "zh": "文件类型, 檔案類型, 附件类型, 附件類型, 檔案, 扩展名, 副檔名",
        "ja": "ファイル, 拡張子, 形式",
    },
    "SIZE": {
        "en": "size, too large, too big, oversize*, larger, bigger, megabyte*, bytes",
        "de": "größe, *größe, zu groß, zu große, *größen",
        "fr": "taille, volumineu*, trop gros*, trop lourd*",
        "es": "tamano, grande*, pesad*",
        "it": "dimension*, grand*, pesant*",
        "pt": "tamanho, grande*, pesad*",
        "ru": "размер*, больш*, велик*, объем*",
        "zh": "大小, 过大, 過大, 太大, 超大, 体积, 尺寸",
        "ja": "サイズ, 大きすぎ, 大き過ぎ, 容量",
    },
    "MAXIMUM": {
        "en": "maximum, max, limit*, exceed*, too large, too big, fixed, allowed, permitted, over, above, more than",
        "de": "maximal*, überschr*, zu groß*, limit*, erlaubt*, zulässig*, höchst*",
        "fr": "maxim*, depass*, trop, limite*, excess*, autorise*, excede*",
        "es": "maxim*, excedid*, excede, limite*, demasiado, muy, super*, permitid*",
        "it": "massim*, superat*, supera, limite, troppo, ecced*, consentit*",
        "pt": "maxim*, excedid*, excede, limite*, muito, demais, ultrapass*, permitid*",
        "ru": "максимальн*, превы*, слишком, предел*, допустим*, лимит*",
        "zh": "超过, 超過, 超出, 最大, 限制, 上限, 过, 過",
        "ja": "超え, 上限, 最大, 制限, すぎ, 過ぎ, 超過",
    },
    "CREDITS": {
        "en": "credit, credits, balance, prepaid, quota left, messages left, emails left",
        "de": "guthaben, credits, kreditpunkte, freikontingent*, kontingent",
        "fr": "credit, credits, solde",
        "es": "credito*, saldo, creditos",
        "it": "credit*, saldo, crediti",
        "pt": "credito*, saldo",
        "ru": "баланс*, кредит*, пакет писем, счете, счету",
        "zh": "余额, 餘額, 点数, 點數, 额度, 額度, 积分",
        "ja": "残高, クレジット, ポイント, 残通数",
    },
    "SPENT": {
        "en": "empty, no, out of, exhausted, used up, insufficient, not enough, depleted, run out, ran out, top up, "
        "none left, too low, zero, negative",
        "de": "aufgebraucht, erschöpft, kein*, verbraucht, nicht ausreichend, reicht nicht, aufladen, leer",
        "fr": "epuise*, plus de, insuffisant*, recharge*, aucun*, pas assez",
        "es": "agotad*, sin, insuficiente*, no tiene, recarg*, no dispone, no quedan, no le quedan",
        "it": "esaurit*, insufficient*, non hai, non ha, ricaric*, terminat*, acquista, finiti",
        "pt": "esgotad*, sem, insuficiente*, nao tem, nao possui, recarreg*, acabaram, adquira",
        "ru": "закончил*, исчерпан*, недостаточно, пополните, нет, израсходован*, кончил*",
        "zh": "不足, 用完, 用尽, 耗尽, 充值, 儲值, 没有, 已用",
        "ja": "不足, なくな, ありませ, 使い切, 残って",
    },
    "QUOTA": {
        "en": "quota*, allowance, credit, credits, overquota, balance",
        "de": "kontingent*, *kontingent, quota, guthaben, freikontingent*",
        "fr": "quota*, credit*, contingent*",
        "es": "cuota*, cupo, credito*, saldo",
        "it": "quota, quote, credit*",
        "pt": "cota*, quota*, credito*, saldo",
        "ru": "квот*, лимит*",
        "zh": "配额, 配額, 额度, 額度, 余额, 限额, 限額",
        "ja": "クォータ, クオータ, 割り当て, 割当",
    },
    "LIMIT": {
        "en": "limit*, quota*, threshold*, allowance, maximum*, max, capacity, cap, volume, overlimit, "
        "number of messages, "
        "number of recipients, number of mails, limitation*, sendlimit, ratelimit*",
        "de": "limit*, *limit, *kontingent, *grenze, kontingent*, höchstzahl, obergrenze, maximal*, sendelimit*, "
        "versandlimit*, tageslimit*, stundenlimit*, beschränkung*, höchstgrenze, grenze, grenzwert*, anzahl, "
        "sendekontingent*, empfängerlimit, versandkontingent*",
        "fr": "limite*, quota*, plafond*, seuil*, maximum, maximal*, nombre, max",
        "es": "limite*, cuota*, cupo, maximo*, maxima*, tope, umbral",
        "it": "limite, limiti, quota, soglia, massimo, massima, numero",
        "pt": "limite*, cota*, quota*, maximo*, maxima*, teto",
        "ru": "лимит*, квот*, ограничени*, порог*, предел*, максимальн*, количеств*, норм*",
        "zh": "限制, 限额, 限額, 上限, 配额, 配額, 额度, 額度, 阈值, 最大, 数量, 數量, 频率, 流量, 次数",
        "ja": "制限, 上限, 限度, 割り当て, クォータ, 最大, 通数, 件数",
    },
    "PERIOD": {
        "en": "daily, day, days, per day, a day, hourly, hour, hours, per hour, monthly, month, weekly, "
        "week, today, 24h, "
        "24hours, 24 hour*, 24hr, per month, plan, tomorrow, peak, hrs, minutes window",
        "de": "täglich*, tages*, monats*, stunden*, wochen*, pro tag, am tag, je tag, tage, tageslimit*, stunde, "
        "stunden, stündlich*, stundenlimit*, heute, monatlich*, monat*, pro tag, pro stunde, morgen, "
        "tageskontingent*",
        "fr": "quotidien*, jour, jours, journalier*, journee, heure, heures, horaire*, mensuel*, mois, aujourd hui",
        "es": "diari*, dia, dias, hora, horas, mensual*, mes, por hora, hoy",
        "it": "giornalier*, giorno, giorni, ora, ore, orari*, mensil*, mese, oggi, quotidian*",
        "pt": "diari*, dia, dias, hora, horas, horari*, mensal, mensais, mes, hoje",
        "ru": "сутки, суток, суточн*, дневн*, день, дня, час, часов*, часа, месяц*, месячн*, ежедневн*, сегодня",
        "zh": "每日, 每天, 当天, 當天, 今日, 今天, 每小时, 每小時, 小时, 小時, 每月, 当月, 当日, 一天, 天内",
        "ja": "1 日, 一日, 時間, 毎日, 日次, 月間, 本日, 24 時間, 1日, 日間",
    },
}
