"""What an account, a place or a moment is refused for; in nine languages. Data."""

from __future__ import annotations

GROUNDS: dict[str, dict[str, str]] = {
    "UNPAID": {
        "en": "unpaid, past due, overdue, outstanding invoice*, payment*, invoice*, billing, subscription expired, "
        "subscription has expired, not paid, balance due, arrears, non payment",
        "de": "unbezahlt*, zahlung*, rechnung*, zahlungsverzug, zahlungsrückstand, offene rechnung*, mahnung",
        "fr": "impaye*, paiement*, facture*, defaut de paiement, non paye*",
        "es": "falta de pago, impag*, pago*, factura*, adeudo, morosidad, deuda",
        "it": "mancato pagamento, insolut*, pagament*, fattur*, moros*",
        "pt": "falta de pagamento, pagament*, fatura*, inadimpl*, nao pag*, debito",
        "ru": "неуплат*, оплат*, задолженност*, счет, счёт, платеж*, неоплач*, долг",
        "zh": "欠费, 欠費, 未付款, 未缴费, 未繳費, 账单, 帳單, 付款, 续费, 續費, 逾期, 到期",
        "ja": "未払い, 料金, お支払い, 支払い, 請求, 滞納, 未納, 入金",
    },
    "PENDING": {
        "en": "awaiting approval, awaiting activation, awaiting verification, awaiting review, pending approval, "
        "pending activation, pending review, pending verification, under review, not activated, not active, "
        "not approved, not confirmed, not verified, not allowed to send, being reviewed, waiting for approval, "
        "finish the setup, complete the setup, complete your registration, finish your registration, "
        "trial mode, sandbox*, in trial, test mode, trial account*, trial period, demo mode, has to be approved, "
        "must be activated, must be approved, not been activated, not been approved, manual review, "
        "needs to be activated, needs approval, finish the sign up, finish your sign up, complete the sign up, "
        "not completed, incomplete, waiting for activation, not enabled for sending",
        "de": "nicht aktiviert*, nicht freigeschaltet*, wird geprüft, in prüfung, freischaltung, testmodus, "
        "nicht freigegeben, nicht bestätigt, testphase, testkonto*, nicht aktiv, aktivierung, noch geprüft",
        "fr": "en attente, pas active*, pas valide*, non active*, en cours de verification, mode test, mode d essai, "
        "periode d essai, non valide par, en cours de validation, activation, en cours d examen, pas approuve*",
        "es": "pendiente de activacion, pendiente de aprobacion, pendiente de verificacion, en revision, no activad*, "
        "sido activad*, modo de prueba, periodo de prueba, no aprobad*, activacion, sin activar, en periodo de prueba",
        "it": "in attesa, non attivat*, non attivo, in fase di verifica, modalita di prova, periodo di prova, "
        "non approvat*, attivazione, in revisione, in prova, da attivare",
        "pt": "pendente, em analise, nao ativad*, foi ativad*, modo de teste, periodo de teste, nao aprovad*, "
        "ativacao, aguardando, em revisao, por ativar, fase de testes",
        "ru": "не активирован*, на проверке, на модерации, ожидает, тестов* режим*, пробн*, не подтвержден*, "
        "активации, модерац*, тестовый период, не прошел проверку, не прошла проверку",
        "zh": "未激活, 未审核, 审核中, 審核中, 待审核, 尚未啟用, 试用, 試用, 未启用, 沙盒, 测试模式, 未通过审核, "
        "等待审核, 未實名, 未实名, 未开通, 測試模式",
        "ja": "審査中, 未承認, 有効化されて, 承認待ち, お試し, サンドボックス, 試用, 本登録, 仮登録, トライアル, "
        "開通して",
    },
    "BANNED": {
        "en": "suspended, suspension, blocked, disabled, locked, frozen, terminated, cancelled, canceled, "
        "deactivated, banned, on hold, paused, restricted, closed, stopped, revoked, compromised, hacked, "
        "inactive, shut down, held, stopped, barred, deleted",
        "de": "gesperrt*, deaktiviert*, eingefroren*, gekündigt*, stillgelegt*, blockiert*, ausgesetzt, pausiert*, "
        "eingestellt, gestoppt, sperrung, sperre",
        "fr": "suspend*, suspension, bloque*, desactive*, verrouille*, gele*, resilie*, restreint*, ferme, arrete*, "
        "annule*",
        "es": "suspendid*, bloquead*, desactivad*, congelad*, cancelad*, dad* de baja, restringid*, inhabilitad*, "
        "cerrad*, detenid*, deshabilitad*",
        "it": "sospes*, bloccat*, disattivat*, congelat*, disdett*, limitat*, chius*, cessat*, disabilitat*",
        "pt": "suspens*, impedid*, bloquead*, desativad*, congelad*, cancelad*, encerrad*, restrit*, inativ*, "
        "desabilitad*",
        "ru": "приостанов*, заблокирован*, отключен*, заморожен*, закрыт*, деактивирован*, расторгнут*, ограничен*, "
        "остановлен*, блокиров*",
        "zh": "冻结, 凍結, 暂停, 暫停, 停用, 封停, 停权, 停權, 锁定, 鎖定, 停止, 禁止, 终止, 終止, 关闭, 被封, 封禁, "
        "受限, 限制",
        "ja": "停止, 凍結, ロック, 解約, 無効, 制限, 中断, 利用停止",
    },
    "SERVICE": {
        "en": "service, services, hosting, sending, mail sending, email sending, subscription, contract, "
        "outgoing mail, outgoing email, outbound mail, your sending",
        "de": "dienst, dienste, versand, mailversand, emailversand, hosting, vertrag, postausgang",
        "fr": "service, services, envoi, envois, hebergement, abonnement, contrat",
        "es": "servicio, servicios, envio, envios, hosting, suscripcion, contrato",
        "it": "servizio, servizi, invio, hosting, abbonamento, contratto",
        "pt": "servico, servicos, envio, envios, hospedagem, assinatura, contrato",
        "ru": "услуг*, сервис*, отправк*, хостинг*, рассылк*, договор*, обслуживан*",
        "zh": "服务, 服務, 发信, 发送, 發信, 寄信, 發送",
        "ja": "サービス, 送信, 配信, ご利用, メール送信",
    },
    "ABUSE": {
        "en": "spam*, abuse, unusual activity, suspicious activity, complaint*, compromised, hacked, fraud, "
        "violation*, abusive, bounces, bounce rate, bulk mail, phishing, acceptable use, terms of service",
        "de": "spam*, missbrauch*, verdacht*, beschwerde*, kompromittiert*, ungewöhnlich*",
        "fr": "spam*, abus, activite suspecte, plainte*, compromis*, abusif*",
        "es": "spam*, abuso, actividad sospechosa, queja*, comprometid*, denuncia*",
        "it": "spam*, abuso, attivita sospett*, reclam*, compromess*, segnalazion*",
        "pt": "spam*, abuso, atividade suspeita, reclamac*, comprometid*, denuncia*",
        "ru": "спам*, злоупотреб*, подозри*, жалоб*, взлом*",
        "zh": "垃圾, 滥用, 濫用, 违规, 違規, 投诉, 異常, 异常, 盗用",
        "ja": "不正利用, スパム, 迷惑メール, 苦情, 不正アクセス, 乱用, 違反",
    },
    "INTERNAL": {
        "en": "company network, internal network, corporate network, office network, campus network, vpn, intranet, "
        "local network, trusted network*, trusted ip*, trusted address*, our network, internal ip*, lan, "
        "our own network, inside the network, allowed network*, known network*, campus, known location*, "
        "trusted location*, allowed location*, compliant device*, managed device*",
        "de": "internen netz*, firmennetz*, interne netz*, internes netz*, hausnetz*, campusnetz*, hochschulnetz*, "
        "universitätsnetz*, vpn, intranet, lokalen netz*, eigenen netz*, netz der, unternehmensnetz*, internen ip*",
        "fr": "reseau interne, reseau local, reseau de l entreprise, reseau d entreprise, vpn, intranet, "
        "reseau du campus, adresses internes, reseaux autorises, notre reseau",
        "es": "red interna, red corporativa, red local, red de la empresa, vpn, intranet, red de la universidad, "
        "red del campus, redes autorizadas, nuestra red",
        "it": "rete interna, rete aziendale, rete locale, vpn, intranet, rete di ateneo, reti autorizzate, "
        "rete del campus, nostra rete",
        "pt": "rede interna, rede corporativa, rede local, rede da empresa, vpn, intranet, redes autorizadas, "
        "rede da universidade, nossa rede",
        "ru": "внутренн* сет*, корпоративн* сет*, локальн* сет*, vpn, сети предприятия, сети университета, "
        "доверенн* адрес*, доверенн* сет*, офисн* сет*, разрешенн* адрес*, внутренних адресов",
        "zh": "内网, 內網, 公司网络, 公司網路, 校园网, 校園網, 内部网络, 內部網路, vpn, 白名单, 白名單, 校內",
        "ja": "社内ネットワーク, 学内, 社内, vpn, 内部ネットワーク, 許可された ip, 社内ネット",
    },
    "FIRST_TIME": {
        "en": "not seen you, not seen you before, first contact, first delivery, first attempt, first time, "
        "first seen, first message, new triplet, unknown triplet, this triplet, not seen before, "
        "initial delivery, first try, never seen",
        "de": "unbekannte kombination, neue kombination, erstkontakt*, ersteinlieferung*, erste zustellung*, "
        "erster zustellversuch*, ersten zustellversuch*, erstmalig*, zum ersten mal, erster versuch, "
        "erstzustellung*",
        "fr": "premier envoi, premiere tentative, premier message, premiere livraison, premier contact, "
        "premiere remise, premiere presentation",
        "es": "primer envio, primera entrega, primer intento, primer mensaje, primer contacto, primera vez",
        "it": "prima consegna, primo invio, primo tentativo, primo messaggio, primo contatto, prima volta",
        "pt": "primeira entrega, primeiro envio, primeira tentativa, primeira mensagem, primeiro contato, "
        "primeira vez, primeiro contacto",
        "ru": "перв* доставк*, перв* отправк*, перв* попытк*, перв* письм*, первый раз, впервые, перв* контакт*",
        "zh": "首次, 第一次, 初次",
        "ja": "初回, 初めて, はじめて",
    },
    "GREYLIST": {
        "en": "greylist*, graylist*, grey list*, gray list*, greylisting, greylisted, postgrey, milter greylist",
        "de": "grauliste, graue liste, grauen liste, greylist*, graylist*",
        "fr": "liste grise, listes grises, greylist*, liste* gris*",
        "es": "lista gris, listas grises, listado gris, greylist*",
        "it": "lista grigia, liste grigie, greylist*",
        "pt": "lista cinza, listas cinzas, lista cinzenta, listas cinzentas, greylist*",
        "ru": "серый список, серые списки, серого списка, серым списком, сером списке, серых списк*, серыи списо*, "
        "грейлист*, грэйлист*, в серыи список, серым списк*",
        "zh": "灰名单, 灰名單, 灰色列表, 灰列表",
        "ja": "グレイリスト*, グレーリスト*, グレイリスティング, グレーリスティング",
    },
    "SOON": {
        "en": "seconds, second, minutes, minute, min, mins, sec, secs, resend, redeliver, retry, come back",
        "de": "sekunden, minuten, erneut, nochmal*, wiederholen, später",
        "fr": "secondes, minutes, reessay*, renvoy*, plus tard",
        "es": "segundos, minutos, reintent*, reenvi*, repita, mas tarde, vuelva",
        "it": "secondi, minuti, riprov*, ripet*, rinvi*, piu tardi",
        "pt": "segundos, minutos, repita, reenvi*, tente, mais tarde",
        "ru": "секунд*, минут*, повтор*, позже, позднее",
        "zh": "秒, 分钟, 分鐘, 重试, 重試, 稍后, 稍後, 再试",
        "ja": "秒後, 分後, 数分, 再送, しばらく, 後ほど, 再度",
    },
}
